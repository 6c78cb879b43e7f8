import { Alert, Button, Group, Modal, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api, type SiteView } from "../api";
import { language, rich, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { When } from "../when";
import { AsksAgain } from "./asks-again";
import { Changes } from "./changes";
import type { Draft } from "./draft";

/** Nine o'clock tomorrow, by this computer, as the field for a time wants it. */
function tomorrow(): string {
  const d = new Date();
  d.setDate(d.getDate() + 1);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T09:00`;
}

export function Publish({ site, draft }: { site: SiteView; draft: Draft }) {
  const [opened, { open, close }] = useDisclosure();
  const [note, setNote] = useState("");
  const [later, setLater] = useState(false);
  const [when, setWhen] = useState("");
  const client = useQueryClient();
  const publish = useMutation({
    mutationFn: async () => {
      // What is published is what the editor shows, never a draft behind it.
      if (!(await draft.flush())) {
        throw new ApiError({
          title: t("The draft could not be saved"),
          status: 422,
          fix: t("Close this window and look at the message on the left."),
        });
      }
      return api.publish(site.id, note.trim(), from);
    },
    onSuccess: async (done) => {
      await Promise.all(
        [["site", site.id], ["editions", site.id], ["sites"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      close();
      setNote("");
      notifications.show({
        title: done.changed
          ? later
            ? t("Edition {n} is planned", { n: done.edition })
            : t("Edition {n} is live", { n: done.edition })
          : t("Edition {n} stays live", { n: done.edition }),
        message: done.changed
          ? later
            ? t("Until then the banner announces the change.")
            : t("Visitors get it from their next page on.")
          : t("The draft has the same content."),
      });
    },
  });
  // What was typed a moment ago may differ, and is published as it will be saved.
  const nothing = !site.changed && draft.state.kind === "saved";
  const from = later && when ? new Date(when).toISOString() : undefined;
  const blocked = !from && draft.findings.some((f) => f.severity === "error");
  const leave = () => {
    publish.reset();
    close();
  };
  return (
    <>
      <Button onClick={open} variant={nothing ? "default" : "filled"} data-testid="publish" aria-haspopup="dialog">
        {t("Publish…")}
      </Button>
      <Modal opened={opened && nothing && !publish.isPending} onClose={leave} title={<b>{t("There is nothing to publish")}</b>}>
        <Nothing site={site} close={leave} />
      </Modal>
      <Modal opened={opened && (!nothing || publish.isPending)} onClose={leave} size="lg" title={<b>{t("Publish edition {n}", { n: Math.max(site.edition, site.upcoming?.edition ?? 0) + 1 })}</b>}>
        <form
          onSubmit={(e) => {
            e.preventDefault();
            publish.mutate();
          }}
        >
          <Stack>
            <Text size="sm">
              {site.edition === 0
                ? t("This is the first edition. From now on the tag shows the banner.")
                : t("It replaces edition {n} for every visitor. You can roll back at any time.", { n: site.edition })}
            </Text>
            {blocked && (
              <Alert color="red" title={t("Something keeps it from being published")}>
                {t("Close this window: the red marks on the left show where.")}
              </Alert>
            )}
            {site.edition > 0 && opened && <Changes site={site.id} edition={site.edition} doc={draft.doc} />}
            {site.edition > 0 && opened && <AsksAgain site={site} draft={draft} from={from} />}
            <Textarea
              label={t("Note")}
              description={t("For the history: what changed, and why.")}
              placeholder={t("Warmer wording, new accent colour")}
              value={note}
              maxLength={300}
              autosize
              minRows={2}
              data-autofocus
              data-testid="publish-note"
              onChange={(e) => setNote(e.currentTarget.value)}
            />
            {site.edition > 0 && (
              <Switch
                label={t("Let it take effect later")}
                description={t("Until then the banner tells visitors that it will change, and when.")}
                checked={later}
                onChange={(e) => {
                  setLater(e.currentTarget.checked);
                  if (when === "") setWhen(tomorrow());
                }}
                data-testid="publish-later"
              />
            )}
            {later && (
              <TextInput
                type="datetime-local"
                label={t("From")}
                description={t("By the clock of this computer ({zone}).", { zone: Intl.DateTimeFormat(language()).resolvedOptions().timeZone })}
                value={when}
                onChange={(e) => setWhen(e.currentTarget.value)}
                required
                withAsterisk={false}
                data-testid="publish-when"
              />
            )}
            {publish.isError && <ProblemAlert error={publish.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={leave}>
                {t("Cancel")}
              </Button>
              <Button type="submit" loading={publish.isPending} data-testid="publish-confirm">
                {later ? t("Plan it") : t("Publish")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

/** Why there is nothing to publish, and what would change that. */
function Nothing({ site, close }: { site: SiteView; close: () => void }) {
  return (
    <Stack data-testid="publish-nothing">
      <Text size="sm">
        {site.upcoming
          ? t("The draft is the same as edition {n}, which is planned.", { n: site.upcoming.edition })
          : site.published_at
            ? rich("The draft is the same as edition {n}, published {when}.", { n: site.edition, when: <When at={site.published_at} /> })
            : t("The draft is the same as edition {n}.", { n: site.edition })}
      </Text>
      <Text size="sm" c="dimmed">
        {t("Change something first: it is saved in the draft by itself, and visitors see it once you publish.")}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          {t("Close")}
        </Button>
      </Group>
    </Stack>
  );
}
