import { Badge, Button, Code, Group, Modal, Skeleton, Stack, Text, Title, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type EditionRow } from "../api";
import { ProblemAlert } from "../problem";
import { When } from "../when";
import { RollbackAsks } from "./asks-again";
import type { Draft } from "./draft";
import type { Panel } from "./editor";
import { Section } from "./section";
import { Shares } from "./shares";
import { language, t } from "../i18n";
import { useMay } from "../session";

export function Editions({ site, draft, doc }: Panel) {
  const [back, setBack] = useState<EditionRow>();
  const may = useMay()("site:publish", site.id);
  const list = useQuery({
    queryKey: ["editions", site.id],
    queryFn: async ({ signal }) => (await api.editions(site.id, signal)).editions ?? [],
    enabled: site.edition > 0,
  });
  return (
    <>
    <Section
      title={t("Editions")}
      hint={t("Each is kept as it was. Rolling back publishes an old one again, under a new number.")}
    >
      {site.edition === 0 && (
        <Text size="sm" c="dimmed">
          {t("Nothing is published yet. The first edition appears here.")}
        </Text>
      )}
      {site.edition > 0 && list.isPending && <Skeleton height={72} />}
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      <ol className="editions">
        {list.data?.map((e) => (
          <Edition key={e.number} edition={e} live={site.edition} served={site.state === "live"} planned={site.upcoming?.edition} may={may} onBack={() => setBack(e)} />
        ))}
      </ol>
      <RollBack
        site={site.id}
        live={site.edition}
        next={(list.data?.[0]?.number ?? site.edition) + 1}
        edition={back}
        draft={draft}
        close={() => setBack(undefined)}
      />
    </Section>
    <Shares site={site.id} draft={draft} place="unknown" locale={doc.locales[0] ?? "en"} />
    </>
  );
}

interface EditionProps {
  edition: EditionRow;
  /** The number that visitors get. */
  live: number;
  /** False while the site is archived: then they get none. */
  served: boolean;
  planned?: number;
  may: boolean;
  onBack: () => void;
}

function Edition({ edition: e, live, served, planned, may, onBack }: EditionProps) {
  const isLive = e.number === live;
  // A later one came before its day.
  const missed = e.number < live && new Date(e.effective_at) > new Date();
  return (
    <li className={isLive ? "edition edition-live" : "edition"}>
      <Stack gap={2} miw={0}>
        <Group gap="xs">
          <Title order={3} size="h3">
            {t("Edition {n}", { n: e.number })}
          </Title>
          {isLive && served && <Badge>{t("Live")}</Badge>}
          {e.number > live && <Badge color="yellow">{t("Planned")}</Badge>}
          {missed && <Badge color="gray">{t("Never live")}</Badge>}
          {e.since === e.number && e.number > 1 && (
            <Tooltip label={t("It asks for something new, so earlier grants did not cover it.")}>
              <Badge color="yellow" tabIndex={0}>
                {t("Asks again")}
              </Badge>
            </Tooltip>
          )}
        </Group>
        {e.note && <Text size="sm">{e.note}</Text>}
        {e.number > live && <Text size="sm">{t("Takes effect {when}", { when: new Date(e.effective_at).toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" }) })}</Text>}
        <Text size="sm" c="dimmed">
          <When at={e.published_at} />
          {e.by && `, ${t("by {name}", { name: e.by })}`} · <Code title={e.hash}>{e.hash.slice(0, 8)}</Code>
        </Text>
      </Stack>
      {may && isLive && planned && (
        <Button variant="default" size="xs" className="edition-deed" onClick={onBack} data-testid="plan-drop">
          {t("Drop the plan")}
        </Button>
      )}
      {may && e.number < live && (
        <Button
          className="edition-deed"
          variant="default"
          size="xs"
          onClick={onBack}
          data-testid={`rollback-${e.number}`}
          aria-label={t("Roll back to edition {n}", { n: e.number })}
        >
          {t("Roll back")}
        </Button>
      )}
    </li>
  );
}

interface RollBackProps {
  site: string;
  live: number;
  next: number;
  edition?: EditionRow;
  draft: Draft;
  close: () => void;
}

function RollBack({ site, live, next, edition, draft, close }: RollBackProps) {
  const client = useQueryClient();
  const roll = useMutation({
    mutationFn: async (number: number) => {
      // A save that came after the rollback would put the old draft back.
      await draft.flush();
      return api.rollback(site, number);
    },
    onSuccess: async (done, number) => {
      draft.discard();
      await Promise.all(
        [["site", site], ["editions", site], ["sites"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      close();
      notifications.show({
        title: done.changed ? t("Edition {n} is live", { n: done.edition }) : t("Edition {n} stays live", { n: done.edition }),
        message: done.changed ? t("It is edition {n} again.", { n: number }) : t("It has the same content."),
      });
    },
  });
  const leave = () => {
    roll.reset();
    close();
  };
  return (
    <Modal opened={edition !== undefined} onClose={leave} title={<b>{t("Roll back to edition {n}?", { n: edition?.number ?? 0 })}</b>}>
      <Stack>
        <Text size="sm">
          {t("Its content goes live at once, as edition {next}, and becomes the draft too: changes that are not published are lost. Edition {live} stays in the list.", { next, live })}
        </Text>
        {edition && <RollbackAsks site={site} edition={edition.number} live={live} />}
        {roll.isError && <ProblemAlert error={roll.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={leave}>
            {t("Cancel")}
          </Button>
          <Button
            data-testid="rollback-confirm"
            loading={roll.isPending}
            onClick={() => edition && roll.mutate(edition.number)}
          >
            {t("Roll back")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
