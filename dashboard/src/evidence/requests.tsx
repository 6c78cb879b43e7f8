import { Badge, Button, Group, Paper, SegmentedControl, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type VisitorRequest } from "../api";
import { Card, Nothing } from "../card";
import { languageName } from "../coded";
import { rich, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useMay } from "../session";
import { day, When } from "../when";

const empty = (): Record<string, string> => ({
  open: t("Nothing waits for you."),
  done: t("Nothing has been done yet."),
  "": t("Nobody has asked for anything yet."),
});

const kindNames = (): Record<VisitorRequest["kind"], string> => ({
  access: t("Wanted to see their records"),
  erasure: t("Had their records erased"),
  withdrawal: t("Withdrew"),
  objection: t("Objected"),
  restriction: t("Restricted the use of their data"),
  lifting: t("Lifted a restriction"),
  correction: t("Wants something corrected"),
  question: t("Asks something"),
});

/** What visitors asked for about their data. What a program can do was done at once; the rest waits for a person. */
export function Requests({ site }: { site: string }) {
  const [status, setStatus] = useState("open");
  const list = useQuery({ queryKey: ["requests", site, status], queryFn: ({ signal }) => api.requests(site, status, signal) });
  return (
    <Card
      title={t("Requests")}
      hint={t("What a program can do was done at once. What is open waits for you, and has a day by which the law wants an answer.")}
      action={
        <SegmentedControl
          aria-label={t("Which")}
          value={status}
          onChange={setStatus}
          data={[
            { value: "open", label: t("Still open") },
            { value: "done", label: t("Done") },
            { value: "", label: t("All") },
          ]}
        />
      }
    >
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={200} radius="md" />}
      {list.data && list.data.requests.length === 0 && (
        <Nothing>{empty()[status]}</Nothing>
      )}
      <Stack gap="sm">{list.data?.requests.map((r) => <One key={r.id} site={site} request={r} />)}</Stack>
    </Card>
  );
}

function One({ site, request: r }: { site: string; request: VisitorRequest }) {
  const [note, setNote] = useState("");
  const may = useMay()("requests:write", site);
  const client = useQueryClient();
  const handle = useMutation({
    mutationFn: (status: VisitorRequest["status"]) => api.handle(site, r.id, { status, note: note || undefined }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["requests", site] }),
  });
  return (
    <Paper withBorder p="md" radius="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} className="grow">
          <Group gap="xs">
            <Text fw={550}>{kindNames()[r.kind]}</Text>
            {r.count > 1 && <Badge color="gray">{t("{n} times", { n: r.count })}</Badge>}
            {r.status !== "open" && <Badge color={r.status === "done" ? "pine" : "gray"}>{r.status === "done" ? t("Done") : t("Refused")}</Badge>}
            {r.overdue && <Badge color="red">{t("Overdue")}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            <When at={r.opened_at} /> · {languageName(r.locale)}
            {r.status === "open" && <> · {rich("answer by {day}, {when}", { day: day(r.due_at), when: <When at={r.due_at} /> })}</>}
            {r.handled_by && ` · ${t("handled by {name}", { name: r.handled_by })}`}
          </Text>
          {r.message && (
            <Text size="sm" lang={r.locale} dir="auto" className="quote">
              {r.message.text}
              {r.message.email && (
                <>
                  {" "}
                  <a href={`mailto:${r.message.email}`}>{r.message.email}</a>
                </>
              )}
            </Text>
          )}
          {r.note && <Text size="sm" dir="auto">{r.note}</Text>}
        </Stack>
        {may && r.status === "open" && (
          <Group gap="xs" align="flex-end" className="answer">
            <TextInput size="xs" aria-label={t("Note")} placeholder={t("What you did")} value={note} onChange={(e) => setNote(e.currentTarget.value)} maxLength={300} />
            <Button size="xs" loading={handle.isPending} onClick={() => handle.mutate("done")}>
              {t("Done")}
            </Button>
            <Button size="xs" variant="default" disabled={handle.isPending} onClick={() => handle.mutate("refused")}>
              {t("Refuse")}
            </Button>
          </Group>
        )}
      </Group>
      {handle.isError && <ProblemAlert error={handle.error} />}
    </Paper>
  );
}
