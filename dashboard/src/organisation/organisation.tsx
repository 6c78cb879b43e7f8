import { Tabs } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { Page } from "../frame";
import { t } from "../i18n";
import { useMay, useSession } from "../session";
import { Audit } from "./audit";
import { Details } from "./details";
import { EdgeTab } from "./edge";
import { Health } from "./health";
import { Keys } from "./keys";
import { Members } from "./members";
import { Tenants } from "./tenants";

/** The organisation, a tab for each part that the person may see. */
export default function Organisation({ part }: { part: string }) {
  useDocumentTitle(`${t("Organisation")} · LeadiumX Consent`);
  const may = useMay();
  const { install } = useSession();
  const [, go] = useLocation();
  const parts = [
    { value: "details", label: t("Details"), sees: "tenant:read", Content: Details },
    { value: "members", label: t("Members"), sees: "members:read", Content: Members },
    { value: "keys", label: t("API keys"), sees: "keys:read", Content: Keys },
    { value: "audit", label: t("Changes"), sees: "audit:read", Content: Audit },
    { value: "edge", label: t("Edge"), sees: "site:read", Content: EdgeTab },
    { value: "health", label: t("Health"), sees: "", Content: Health },
    { value: "all", label: t("All organisations"), sees: "", Content: Tenants },
  ].filter((p) => (p.sees ? may(p.sees) : install));
  const open = parts.find((p) => p.value === part) ?? parts[0];
  // Where the tabs are wider than the window, the open one is seen among them.
  useEffect(() => {
    document.querySelector(`.parts [data-part-tab="${open?.value}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [open?.value]);
  return (
    <Page title={t("Organisation")} hint={t("Who you are to visitors, who works here, and what may reach in from outside.")} wide>
      <Tabs value={open?.value ?? null} onChange={(v) => go(v === "details" ? "/organisation" : `/organisation/${v}`)} keepMounted={false}>
        <Tabs.List className="parts">
          {parts.map((p) => (
            <Tabs.Tab key={p.value} value={p.value} data-part-tab={p.value}>
              {p.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {parts.map(({ value, Content }) => (
          <Tabs.Panel key={value} value={value} pt="lg">
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
