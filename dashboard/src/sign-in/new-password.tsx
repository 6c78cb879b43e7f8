import { Button, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { NewPasswordField } from "./field";
import { Threshold } from "./threshold";

/** A new password by a link that an owner made; every session of the account ends. */
export function NewPassword({ token, done }: { token: string; done: () => void }) {
  const [password, setPassword] = useState("");
  const set = useMutation({
    mutationFn: () => api.resetPassword({ token, password }),
    onSuccess: () => {
      notifications.show({ title: t("Your password is changed"), message: t("Sign in with it now.") });
      done();
    },
  });
  return (
    <Threshold title={t("Choose a new password")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          set.mutate();
        }}
      >
        <Stack gap="md">
          <NewPasswordField value={password} onChange={setPassword} label={t("New password")} />
          {set.isError && <ProblemAlert error={set.error} />}
          <Button type="submit" loading={set.isPending}>
            {t("Change the password")}
          </Button>
        </Stack>
      </form>
    </Threshold>
  );
}
