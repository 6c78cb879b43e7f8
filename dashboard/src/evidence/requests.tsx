import { Anchor, Badge, Button, Group, Modal, Paper, SegmentedControl, Skeleton, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, type VisitorRequest } from "../api";
import { Card, Nothing } from "../card";
import { languageLabel } from "../coded";
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
  const list = useInfiniteQuery({
    queryKey: ["requests", site, "list", status],
    queryFn: ({ pageParam, signal }) => api.requests(site, status, signal, pageParam || undefined),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
  });
  const requests = list.data?.pages.flatMap((p) => p.requests) ?? [];
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
      {list.data && requests.length === 0 && !list.hasNextPage && <Nothing>{empty()[status]}</Nothing>}
      <Text size="sm" c="dimmed">
        {rich("Visitors ask on {page} of this site, which your privacy policy should link to.", {
          page: (
            <Anchor href={`/privacy/${site}`} target="_blank" rel="noreferrer">
              {t("the privacy page")}
            </Anchor>
          ),
        })}
      </Text>
      <Stack gap="sm">
        {requests.map((r) => (
          <One key={r.id} site={site} request={r} />
        ))}
      </Stack>
      {list.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t("Show more")}
          </Button>
        </Group>
      )}
    </Card>
  );
}

function One({ site, request: r }: { site: string; request: VisitorRequest }) {
  const may = useMay()("requests:write", site);
  const [ending, setEnding] = useState<Ending>();
  const client = useQueryClient();
  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: ["requests", site] }), client.invalidateQueries({ queryKey: ["audit"] })]);
  // What was written about it stays, for who answers it at last.
  const again = useMutation({ mutationFn: () => api.handle(site, r.id, { status: "open", note: r.note }), onSuccess: refresh });
  return (
    <Paper withBorder p="md" radius="md" data-testid={`request-${r.id}`}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} className="grow">
          <Group gap="xs">
            <Text fw={550}>{kindNames()[r.kind]}</Text>
            {r.count > 1 && <Badge color="gray">{t("{n} times", { n: r.count })}</Badge>}
            {r.status !== "open" && <Badge color={r.status === "done" ? "pine" : "gray"}>{r.status === "done" ? t("Done") : t("Refused")}</Badge>}
            {r.overdue && <Badge color="red">{t("Overdue")}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            <When at={r.opened_at} /> · {languageLabel(r.locale)}
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
          <Group gap="xs">
            <Button size="xs" onClick={() => setEnding("done")} data-testid="request-done">
              {t("Done…")}
            </Button>
            <Button size="xs" variant="default" onClick={() => setEnding("refused")} data-testid="request-refuse">
              {t("Refuse…")}
            </Button>
          </Group>
        )}
        {may && r.status !== "open" && answered.includes(r.kind) && (
          <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()} data-testid="request-again">
            {t("Open it again")}
          </Button>
        )}
      </Group>
      {again.isError && <ProblemAlert error={again.error} />}
      <End site={site} request={r} to={ending} close={() => setEnding(undefined)} refresh={refresh} />
    </Paper>
  );
}

/** What a person has to answer; the rest was done by the program at once. */
const answered: readonly VisitorRequest["kind"][] = ["correction", "question"];

type Ending = Exclude<VisitorRequest["status"], "open">;

interface EndProps {
  site: string;
  request: VisitorRequest;
  /** Undefined while nobody ends it. */
  to?: Ending;
  close: () => void;
  refresh: () => Promise<unknown>;
}

/** Asks what was done before a request leaves the list, since no visitor hears of it from here. */
function End({ site, request: r, to, close, refresh }: EndProps) {
  const [note, setNote] = useState(r.note ?? "");
  const end = useMutation({
    mutationFn: (status: Ending) => api.handle(site, r.id, { status, note: note.trim() || undefined }),
    onSuccess: async (_, status) => {
      close();
      notifications.show({
        title: status === "done" ? t("The request is done") : t("The request is refused"),
        message: t("It stands under “All”, where it can be opened again."),
      });
      await refresh();
    },
  });
  const leave = () => {
    end.reset();
    close();
  };
  // A dialog that fades away still says what it said.
  const shown = useRef(to);
  shown.current = to ?? shown.current;
  const refusing = shown.current === "refused";
  return (
    <Modal opened={to !== undefined} onClose={leave} title={<b>{refusing ? t("Refuse this request?") : t("Is this request done?")}</b>}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          if (to) end.mutate(to);
        }}
      >
        <Stack>
          <Text size="sm">
            {r.message?.email
              ? rich("This tells the visitor nothing: write to {email} yourself.", { email: <Anchor href={`mailto:${r.message.email}`}>{r.message.email}</Anchor> })
              : t("The visitor has left no address, so nobody can be told.")}{" "}
            {t("It leaves the open requests, with your name. What the visitor wrote is deleted after 30 days; until then you can open it again.")}
          </Text>
          <Textarea
            label={refusing ? t("Why it is refused") : t("What you did")}
            description={t("For your own log. The visitor does not see it.")}
            required={refusing}
            withAsterisk={false}
            autosize
            minRows={2}
            maxLength={300}
            value={note}
            onChange={(e) => setNote(e.currentTarget.value)}
            data-autofocus
            data-testid="request-note"
          />
          {end.isError && <ProblemAlert error={end.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={leave}>
              {t("Cancel")}
            </Button>
            <Button type="submit" color={refusing ? "red" : undefined} loading={end.isPending} data-testid="request-end">
              {refusing ? t("Refuse it") : t("It is done")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
