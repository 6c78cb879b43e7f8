import { Alert, Button, Group, Loader, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import type { Problem } from "../api";
import { t } from "../i18n";
import { Prose } from "../problem";
import { Threshold } from "./threshold";

/**
 * What stands where nobody can be signed in just now: there is nothing to type, for a right password would be refused,
 * too. Whoever failed to ask asks again by itself, see ../again.
 */
export function Away({ problem, again, retry }: { problem: Problem; again: boolean; retry?: () => void }) {
  const answers = problem.status === 503;
  return (
    <Threshold title={answers ? t("The dashboard waits for its store") : t("The server does not answer")}>
      <Text>
        {answers
          ? t("The store that holds accounts and drafts does not answer, so nobody can sign in just now. Your password is not at fault.")
          : t("The server is away, or this computer is offline. Your password is not at fault.")}
      </Text>
      {answers && (
        <Alert color="pine" icon={<IconCircleCheck size={18} />} title={t("Your visitors are served")}>
          {t("Banners are shown as they were published, and choices are kept on the server's own disk until the store is back.")}
        </Alert>
      )}
      {again && <Text>{t("The page that you had open waits behind this one, with all that you have typed.")}</Text>}
      {problem.detail && (
        <Text size="sm" c="dimmed">
          {t("For whoever runs the server:")} <Prose text={problem.detail} />
        </Text>
      )}
      <Group gap="sm" justify="space-between" role="status" data-testid="away">
        <Group gap="xs" wrap="nowrap" flex="1 1 220px">
          <Loader size="xs" aria-hidden="true" />
          <Text size="sm">{t("This page tries again by itself every few seconds.")}</Text>
        </Group>
        <Button variant="default" size="xs" onClick={retry}>
          {t("Try again")}
        </Button>
      </Group>
    </Threshold>
  );
}
