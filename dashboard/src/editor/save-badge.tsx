import { Button, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { Draft } from "./draft";
import { t } from "../i18n";

/** Says whether the draft is safe on the server. */
export function SaveBadge({ draft }: { draft: Draft }) {
  const { kind } = draft.state;
  if (kind === "failed") {
    return (
      <Button
        variant="subtle"
        color="red"
        size="compact-sm"
        className="save-failed"
        leftSection={<IconAlertTriangle size={16} />}
        data-testid="save-state"
        onClick={() => void draft.flush()}
      >
        {t("Not saved")}
      </Button>
    );
  }
  return (
    <Text size="sm" c="dimmed" role="status" data-testid="save-state" className="save-state">
      {kind === "saved" ? t("Saved") : t("Saving…")}
    </Text>
  );
}
