import { ActionIcon, Tooltip } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconArrowBackUp } from "@tabler/icons-react";
import { t } from "../i18n";
import type { Draft } from "./draft";

/** Takes the last changes of the draft back, one by one. In a field, the browser's own undo goes first. */
export function Undo({ draft }: { draft: Draft }) {
  useHotkeys([["mod+Z", () => draft.undo?.()]]);
  return (
    <Tooltip label={t("Take the last change back (Ctrl Z)")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        disabled={!draft.undo}
        style={draft.undo ? undefined : { visibility: "hidden" }}
        aria-label={t("Take the last change back (Ctrl Z)")}
        onClick={() => draft.undo?.()}
        data-testid="undo"
      >
        <IconArrowBackUp size={18} />
      </ActionIcon>
    </Tooltip>
  );
}
