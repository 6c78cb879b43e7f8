import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { t } from "./i18n";

interface Props {
  opened: boolean;
  close: () => void;
  title: string;
  /** What will be, for whom. */
  children: ReactNode;
  /** What the button does, in its own words. */
  deed: string;
  run: () => void;
}

/** Asks once more before a deed that visitors or programs feel at once, or that cannot be undone. */
export function Sure({ opened, close, title, children, deed, run }: Props) {
  return (
    <Modal opened={opened} onClose={close} title={<b>{title}</b>} size="sm">
      <Stack>
        <Text size="sm">{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {t("Cancel")}
          </Button>
          <Button
            color="red"
            onClick={() => {
              close();
              run();
            }}
            data-testid="sure"
          >
            {deed}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
