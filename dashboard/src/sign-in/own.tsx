import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "../api";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { NewPasswordField } from "./field";
import { Threshold } from "./threshold";

/** The owner's first visit, by the setup link: an account, or a look around first. */
export default function Own({ done, later }: { done: () => void; later: () => void }) {
  return (
    <Threshold title={t("Welcome. Make your account")}>
      <Text c="dimmed">
        {t("You are the owner of this installation. The link that brought you here works once; with an account you can come back.")}
      </Text>
      <FirstAccount done={done}>
        <Button variant="default" onClick={later} data-testid="own-later">
          {t("Look around first")}
        </Button>
      </FirstAccount>
    </Threshold>
  );
}

/** The account of whoever came by the setup link; what else they may do stands beside the button. */
export function FirstAccount({ done, children }: { done: () => void; children?: ReactNode }) {
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const make = useMutation({ mutationFn: () => api.setUp({ email, name, password }), onSuccess: done });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        make.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput label={t("Your name")} autoComplete="name" value={name} onChange={(e) => setName(e.currentTarget.value)} data-testid="own-name" />
        <TextInput
          label={t("E-mail")}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(e) => setEmail(e.currentTarget.value)}
          data-testid="own-email"
        />
        <NewPasswordField value={password} onChange={setPassword} />
        {make.isError && <ProblemAlert error={make.error} />}
        <Group justify={children ? "space-between" : "flex-end"} className="deeds">
          {children}
          <Button type="submit" loading={make.isPending} data-testid="own-make">
            {t("Make the account")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
