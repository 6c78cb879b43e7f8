import { Button, Code, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { CopyTag } from "../copy";
import { rich, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { When } from "../when";
import type { Draft } from "./draft";
import { Section } from "./section";

const lives = () => [
  { value: "1", label: t("One day") },
  { value: "7", label: t("One week") },
  { value: "30", label: t("30 days") },
];

/** Links that show the draft to somebody without an account, such as counsel. */
export function Shares({ site, draft, place, locale }: { site: string; draft: Draft; place: string; locale: string }) {
  const key = ["shares", site];
  const client = useQueryClient();
  const [days, setDays] = useState("7");
  const [note, setNote] = useState("");
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => api.shares(site, signal) });
  const refresh = () => client.invalidateQueries({ queryKey: key });
  const make = useMutation({
    mutationFn: async () => {
      await draft.flush();
      return api.newShare(site, { days: Number(days), note: note || undefined, place, locale });
    },
    onSuccess: refresh,
  });
  const drop = useMutation({ mutationFn: (link: string) => api.dropShare(site, link), onSuccess: refresh });
  return (
    <Section title={t("Show it to somebody")} hint={t("A link to the draft as it is now, for counsel or a client: no account needed, and it ends by itself.")}>
      <Group align="flex-end" gap="xs">
        <TextInput label={t("For whom")} value={note} maxLength={120} onChange={(e) => setNote(e.currentTarget.value)} className="grow" />
        <NativeSelect label={t("Ends after")} value={days} onChange={(e) => setDays(e.currentTarget.value)} data={lives()} />
        <Button variant="default" loading={make.isPending} onClick={() => make.mutate()} data-testid="share-make">
          {t("Make the link")}
        </Button>
      </Group>
      {(make.error ?? drop.error ?? list.error) && <ProblemAlert error={make.error ?? drop.error ?? list.error} />}
      {make.data && (
        <Stack gap="xs" align="flex-start">
          <Code block className="code" data-testid="share-url">
            {make.data.url}
          </Code>
          <CopyTag text={make.data.url} label={t("Copy")} />
        </Stack>
      )}
      {list.data?.shares.map((s) => (
        <Group key={s.id} justify="space-between" gap="xs">
          <Text size="sm">
            {s.note || t("No name")}{" "}
            <Text span c="dimmed">
              {rich("ends {when}", { when: <When at={s.expires} /> })}
            </Text>
          </Text>
          <Button size="compact-sm" variant="default" loading={drop.isPending} onClick={() => drop.mutate(s.id)}>
            {t("Revoke")}
          </Button>
        </Group>
      ))}
    </Section>
  );
}
