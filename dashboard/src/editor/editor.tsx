import { Alert, Badge, SegmentedControl, Tabs, Text, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconBroadcast,
  IconBuildingStore,
  IconCode,
  IconHistory,
  IconMap2,
  IconPalette,
  IconTarget,
  IconTypography,
  IconWorldWww,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { ApiError, api, type Finding, type SiteDocument, type SiteView } from "../api";
import { TopBar, Waiting } from "../frame";
import { t } from "../i18n";
import { ProblemAlert, sentence } from "../problem";
import { useMay } from "../session";
import { type Draft, useDraft } from "./draft";
import { Editions } from "./editions";
import { fieldName } from "./field-names";
import { Embed } from "./embed";
import { Count, FindingList, findingsIn } from "./findings";
import { Look } from "./look";
import { Offer } from "./offer";
import { Preview } from "./preview";
import { Publish } from "./publish";
import { Purposes } from "./purposes";
import { Regions } from "./regions";
import { SaveBadge } from "./save-badge";
import { Signals } from "./signals";
import { SiteTab } from "./site";
import { Undo } from "./undo";
import { Vendors } from "./vendors";
import { Words } from "./words";

/** What every tab of the editor gets. */
export interface Panel {
  site: SiteView;
  doc: SiteDocument;
  change: (edit: (doc: SiteDocument) => SiteDocument) => void;
  draft: Draft;
  findings: Finding[];
}

const tabs = () => [
  { value: "look", Icon: IconPalette, label: t("Look"), Content: Look },
  { value: "words", Icon: IconTypography, label: t("Words"), Content: Words },
  { value: "purposes", Icon: IconTarget, label: t("Purposes"), Content: Purposes },
  { value: "vendors", Icon: IconBuildingStore, label: t("Vendors"), Content: Vendors },
  { value: "regions", Icon: IconMap2, label: t("Regions"), Content: Regions },
  { value: "signals", Icon: IconBroadcast, label: t("Signals"), Content: Signals },
  { value: "site", Icon: IconWorldWww, label: t("Site"), Content: SiteTab },
  { value: "embed", Icon: IconCode, label: t("Embed"), Content: Embed },
  { value: "editions", Icon: IconHistory, label: t("Editions"), Content: Editions },
];

export default function Editor({ id }: { id: string }) {
  const site = useQuery({ queryKey: ["site", id], queryFn: ({ signal }) => api.site(id, signal) });
  if (site.data) return <Loaded site={site.data} />;
  return (
    <>
      <TopBar />
      {site.isError ? (
        <main className="page">
          <VisuallyHidden component="h1">{t("Site {id}", { id })}</VisuallyHidden>
          <ProblemAlert error={site.error} retry={() => void site.refetch()} />
        </main>
      ) : (
        <Waiting />
      )}
    </>
  );
}

function Loaded({ site }: { site: SiteView }) {
  const draft = useDraft(site);
  const [side, setSide] = useState("edit");
  const [, go] = useLocation();
  const asked = new URLSearchParams(useSearch()).get("room");
  const room = tabs().find(({ value }) => value === asked)?.value ?? "look";
  const allowed = useMay();
  const may = allowed("site:publish", site.id);
  const edits = allowed("site:write", site.id);
  useDocumentTitle(`${draft.doc.name} · LeadiumX Consent`);

  // Where the rail is wider than the window, the open room is seen in it.
  useEffect(() => {
    document.querySelector(`.room[data-room="${room}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [room]);

  const { adopt } = draft;
  useEffect(() => adopt(site), [adopt, site]);

  const failed = draft.state.kind === "failed" ? draft.state.problem : undefined;
  const findings = failed?.findings ?? draft.findings;
  const panel: Panel = { site, doc: draft.doc, change: draft.change, draft, findings };

  return (
    <div className="editor" data-side={side}>
      <TopBar
        site={site.id}
        where={
          <Text className="site-name" fw={550} component="h1">
            {draft.doc.name}
          </Text>
        }
      >
        <Badge className="live-state" color={site.state === "live" && (site.changed || site.upcoming) ? "yellow" : "gray"}>
          {site.state === "archived"
            ? t("Archived")
            : site.edition === 0
              ? t("Not published")
              : site.changed
                ? t("Unpublished changes")
                : site.upcoming
                  ? t("Edition {n} is planned", { n: site.upcoming.edition })
                  : t("Live: edition {n}", { n: site.edition })}
        </Badge>
        <Undo draft={draft} />
        {edits && <SaveBadge draft={draft} />}
        {may && <Publish site={site} draft={draft} />}
      </TopBar>
      <main className="stage" id="main">
        <div className="sides">
          <SegmentedControl
            fullWidth
            aria-label={t("Edit or preview")}
            value={side}
            onChange={setSide}
            data={[
              { value: "edit", label: edits ? t("Edit") : t("Settings") },
              { value: "preview", label: t("Preview") },
            ]}
          />
        </div>
        <div className="panes">
          <div className="settings">
            {!edits && (
              <div className="settings-fault">
                <Alert color="gray" title={t("You may look, and change nothing here")}>
                  {t("Your role sees the draft as it is saved, and the banner that it makes.")}
                </Alert>
              </div>
            )}
            {edits && <Offer site={site} draft={draft} />}
            {failed && (
              <div className="settings-fault">
                {failed.findings?.length ? (
                  <Alert
                    color="red"
                    icon={<IconAlertTriangle size={18} />}
                    title={
                      findings.length === 1
                        ? t("Not saved: one thing to mend")
                        : t("Not saved: {n} things to mend", { n: findings.length })
                    }
                    role="alert"
                  >
                    <ul className="faults">
                      {findings.map((f) => (
                        <li key={f.path + f.message}>
                          <b>{fieldName(f.path) ?? f.path}</b>: {sentence(f.message)} {sentence(f.fix)}
                        </li>
                      ))}
                    </ul>
                  </Alert>
                ) : (
                  <>
                    <ProblemAlert error={new ApiError(failed)} retry={() => void draft.flush()} />
                    <Text size="sm" c="dimmed" mt="xs">
                      {t("What you typed stays in this browser until it is saved.")}
                    </Text>
                  </>
                )}
              </div>
            )}
            <Tabs
              value={room}
              keepMounted={false}
              orientation="vertical"
              className="rooms"
              onChange={(next) => {
                // A reload, and a link that is passed on, lead to the same room.
                go(next === "look" ? `/sites/${site.id}` : `/sites/${site.id}?room=${next}`, { replace: true });
              }}
            >
              <Tabs.List className="tabs">
                {tabs().map(({ value, label, Icon }) => (
                  <Tabs.Tab key={value} value={value} className="room" data-room={value}>
                    <Icon size={20} stroke={1.6} aria-hidden="true" />
                    {label}
                    <Count findings={findingsIn(findings, value)} />
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              {tabs().map(({ value, Content }) => (
                <Tabs.Panel key={value} value={value} className="panel">
                  <FindingList findings={findingsIn(findings, value)} />
                  <fieldset disabled={!edits} className="plain">
                    <Content {...panel} />
                  </fieldset>
                </Tabs.Panel>
              ))}
            </Tabs>
          </div>
          <Preview doc={draft.doc} saved={!edits} />
        </div>
      </main>
    </div>
  );
}
