import { Button, Loader, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { t } from "../i18n";
import { roleName } from "../organisation/roles";
import { ProblemAlert } from "../problem";
import { CodeOrProblem } from "./code";
import { NewPasswordField } from "./field";
import { Threshold } from "./threshold";

/** Accepting an invitation: a new account, or the one that somebody has. */
export function Invited({ token, done }: { token: string; done: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const open = useQuery({ queryKey: ["invitation", token], queryFn: () => api.openInvitation(token), retry: false });
  const i = open.data;
  const accept = useMutation({
    mutationFn: () => api.accept({ token, email: i?.email ?? "", name, password, code: code || undefined }),
    onSuccess: done,
  });
  return (
    <Threshold title={i ? t("Join {name}", { name: i.organisation }) : t("Invitation")}>
      {open.isPending && <Loader aria-label={t("Loading")} />}
      {open.isError && <ProblemAlert error={open.error} />}
      {i && (
        <form
          onSubmit={(e) => {
            e.preventDefault();
            accept.mutate();
          }}
        >
          <Stack gap="md">
            <Text c="dimmed">
              {i.known
                ? t("You already have an account. Your password joins it to this organisation, as {role}.", { role: roleName(i.role) })
                : t("Choose a password for your account. You join as {role}.", { role: roleName(i.role) })}
            </Text>
            <TextInput label={t("E-mail")} value={i.email} readOnly autoComplete="username" />
            {i.known ? (
              <PasswordInput
                label={t("Password")}
                autoComplete="current-password"
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
                data-testid="invited-password"
              />
            ) : (
              <>
                <TextInput label={t("Your name")} autoComplete="name" value={name} onChange={(e) => setName(e.currentTarget.value)} />
                <NewPasswordField value={password} onChange={setPassword} />
              </>
            )}
            <CodeOrProblem error={accept.error} code={code} onChange={setCode} />
            <Button type="submit" loading={accept.isPending} data-testid="invited-accept">
              {t("Accept")}
            </Button>
          </Stack>
        </form>
      )}
    </Threshold>
  );
}
