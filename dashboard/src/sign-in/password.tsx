import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { t } from "../i18n";
import { CodeOrProblem } from "./code";
import { takeFocus } from "./focus";

/** E-mail and password, and the code when the account has a second factor. */
export function Password({ known = "", done }: { known?: string; done: () => void }) {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const signIn = useMutation({ mutationFn: () => api.signIn({ email, password, code: code || undefined }), onSuccess: done });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        signIn.mutate();
      }}
    >
      <Stack gap="md">
        <TextInput
          label={t("E-mail")}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          onChange={(e) => setEmail(e.currentTarget.value)}
          ref={known ? undefined : takeFocus}
          data-testid="sign-in-email"
        />
        <PasswordInput
          label={t("Password")}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          ref={known ? takeFocus : undefined}
          data-testid="sign-in-password"
        />
        <CodeOrProblem error={signIn.error} code={code} onChange={setCode} />
        <Button type="submit" loading={signIn.isPending} data-testid="sign-in">
          {t("Sign in")}
        </Button>
        <Text size="sm" c="dimmed">
          {t("No account yet? Open the setup link that the server prints at its start, or the invitation that somebody sent you. Password forgotten? An owner of your organisation makes a link for a new one.")}
        </Text>
      </Stack>
    </form>
  );
}
