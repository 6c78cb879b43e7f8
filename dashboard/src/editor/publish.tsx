import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api, type SiteView } from "../api";
import { ProblemAlert } from "../problem";
import type { Draft } from "./draft";

export function Publish({ site, draft }: { site: SiteView; draft: Draft }) {
  const [opened, { open, close }] = useDisclosure();
  const [note, setNote] = useState("");
  const client = useQueryClient();
  const publish = useMutation({
    mutationFn: async () => {
      // What is published is what the editor shows, never a draft behind it.
      if (!(await draft.flush())) {
        throw new ApiError({
          title: "The draft could not be saved",
          status: 422,
          fix: "Close this window and look at the message on the left.",
        });
      }
      return api.publish(site.id, note.trim());
    },
    onSuccess: async (done) => {
      await Promise.all(
        [["site", site.id], ["editions", site.id], ["sites"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      close();
      setNote("");
      notifications.show({
        title: done.changed ? `Edition ${done.edition} is live` : `Edition ${done.edition} stays live`,
        message: done.changed ? "Visitors get it from their next page on." : "The draft has the same content.",
      });
    },
  });
  const leave = () => {
    publish.reset();
    close();
  };
  return (
    <>
      <Button onClick={open} data-testid="publish" aria-haspopup="dialog">
        Publish…
      </Button>
      <Modal opened={opened} onClose={leave} title={<b>Publish edition {site.edition + 1}</b>}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            publish.mutate();
          }}
        >
          <Stack>
            <Text size="sm">
              {site.edition === 0
                ? "This is the first edition. From now on the tag shows the banner."
                : `It replaces edition ${site.edition} for every visitor. You can roll back at any time.`}
            </Text>
            <Textarea
              label="Note"
              description="For the history: what changed, and why."
              placeholder="Warmer wording, new accent colour"
              value={note}
              maxLength={300}
              autosize
              minRows={2}
              data-autofocus
              data-testid="publish-note"
              onChange={(e) => setNote(e.currentTarget.value)}
            />
            {publish.isError && <ProblemAlert error={publish.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={leave}>
                Cancel
              </Button>
              <Button type="submit" loading={publish.isPending} data-testid="publish-confirm">
                Publish
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
