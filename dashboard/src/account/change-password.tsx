import { Button, Group, PasswordInput, SimpleGrid } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { Card } from "../card";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { NewPasswordField } from "../sign-in/field";

export function ChangePassword() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => api.changePassword({ current, new: next }),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      notifications.show({ title: t("Your password is changed"), message: t("Every other session has ended") });
    },
  });
  return (
    <Card title={t("Password")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          change.mutate();
        }}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm" className="level">
          <PasswordInput
            label={t("Present password")}
            description={t("So that nobody else changes it.")}
            autoComplete="current-password"
            value={current}
            onChange={(e) => setCurrent(e.currentTarget.value)}
          />
          <NewPasswordField value={next} onChange={setNext} label={t("New password")} />
        </SimpleGrid>
        {change.isError && <ProblemAlert error={change.error} />}
        <Group mt="md">
          <Button type="submit" variant="default" loading={change.isPending} disabled={!current || !next}>
            {t("Change the password")}
          </Button>
        </Group>
      </form>
    </Card>
  );
}
