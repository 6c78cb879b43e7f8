import { Anchor, Group } from "@mantine/core";
import { useDebouncedValue, useInViewport } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Link } from "wouter";
import { api } from "./api";
import { count, t } from "./i18n";
import { answered, percent } from "./insight/numbers";
import { lastDays } from "./insight/span";
import { useMay } from "./session";

/** How a site does and what waits there, each a way to its page; `fresh` is one that has not been live for long. It asks once the card has been seen: lists may be long. */
export function SiteFigures({ site, live, fresh }: { site: string; live: boolean; fresh: boolean }) {
  const may = useMay();
  const { ref, inViewport } = useInViewport<HTMLDivElement>();
  // Who scrolls past does not look: a person has a budget of requests.
  const [looked] = useDebouncedValue(inViewport, 400);
  const seen = useRef(false);
  seen.current ||= looked && inViewport;
  const asks = (permission: string) => ({ enabled: seen.current && may(permission, site), staleTime: 60_000, retry: false });
  const { from, to } = lastDays(30);
  const insight = useQuery({ queryKey: ["insight", site, from, to], queryFn: ({ signal }) => api.insight(site, from, to, signal), ...asks("insight:read") });
  const inbox = useQuery({ queryKey: ["inbox", site], queryFn: ({ signal }) => api.inbox(site, signal), ...asks("site:read") });
  const requests = useQuery({ queryKey: ["requests", site, "open"], queryFn: ({ signal }) => api.requests(site, "open", signal), ...asks("requests:read") });

  const c = insight.data?.totals;
  const rate = c && percent(c.accepted, answered(c));
  const names = inbox.data?.items.filter((i) => i.state === "new").length ?? 0;
  const open = requests.data?.requests ?? [];
  const late = open.filter((r) => r.overdue).length;
  const said: [string, string, string?][] = [];
  // Of a banner that nobody answers, the tag is the likeliest cause.
  if (live && insight.data && Object.keys(insight.data.actions).length === 0) said.push(["?room=embed", fresh ? t("No choices yet: put the tag on a page") : t("No choices in 30 days: check the tag"), "yellow"]);
  if (rate) said.push(["/insight", t("{rate} accept, 30 days", { rate })]);
  if (names > 0) said.push(["/cookies", count(names, "{n} undeclared cookie", "{n} undeclared cookies"), "yellow"]);
  if (open.length > 0) said.push(["/evidence/requests", count(open.length, "{n} open request", "{n} open requests"), "yellow"]);
  if (late > 0) said.push(["/evidence/requests", count(late, "{n} overdue", "{n} overdue"), "red"]);
  return (
    <Group gap="xs" ref={ref} className="site-figures" data-testid={`site-figures-${site}`}>
      {said.map(([page, text, tone]) => (
        <Anchor key={text} component={Link} href={`/sites/${site}${page}`} className="site-figure" data-tone={tone}>
          {text}
        </Anchor>
      ))}
    </Group>
  );
}
