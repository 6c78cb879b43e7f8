import { Button, Group, Paper, Stack, Stepper, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { api, problemOf, type SiteDocument } from "../api";
import { Nothing } from "../card";
import { Page } from "../frame";
import { t } from "../i18n";
import { Findings, ProblemAlert } from "../problem";
import { Install } from "../install/install";
import { useMay } from "../session";
import { Looks } from "./looks";
import { type Answers, blank, documentOf, hostOf, idFor, isHost, originsOf } from "./start";
import { Visitors } from "./visitors";
import { Whose } from "./whose";

export interface Step {
  answers: Answers;
  set: (part: Partial<Answers>) => void;
  /** The fields that Next found empty or wrong. */
  faults: Partial<Record<keyof Answers, string>>;
}

/** What is still missing in a step, by field. */
function faultsOf(step: number, a: Answers): Step["faults"] {
  const need = (field: keyof Answers, ok: boolean, say: string) => (ok ? {} : { [field]: say });
  if (step === 0)
    return {
      ...need("domain", isHost(hostOf(a.domain)), t("Type the domain of the site, such as example.com")),
      ...need("name", a.name.trim() !== "", t("Name who runs the site")),
      ...need("address", a.address.trim() !== "", t("Visitors must be able to see where you are")),
      ...need("email", /^\S+@\S+$/.test(a.email), t("Give an e-mail address that somebody reads")),
      ...need("policy", /^https?:\/\/[^/]+/.test(a.policy), t("Paste the full address, starting with https://")),
    };
  if (step === 1)
    return {
      ...need("country", a.country !== "", t("Choose where the company is established")),
      ...need("locales", a.locales.length > 0, t("Choose at least one language")),
    };
  return {};
}

/** From nothing to a published banner, in four steps. */
export default function Wizard() {
  useDocumentTitle(`${t("Add a site")} · LeadiumX Consent`);
  if (useMay()("site:write")) return <Steps />;
  return (
    <Page title={t("Add a site")}>
      <Nothing>{t("Your role adds no sites. Ask an owner of your organisation.")}</Nothing>
    </Page>
  );
}

function Steps() {
  // The browser's own way back leads to the step before; no further on than what was answered.
  const [reached, setReached] = useState(0);
  const wanted = Number(new URLSearchParams(useSearch()).get("step"));
  const step = reached === 3 ? 3 : Math.min(wanted || 0, reached);
  const [, navigate] = useLocation();
  const [answers, setAnswers] = useState(blank);
  const [faults, setFaults] = useState<Step["faults"]>({});
  const [site, setSite] = useState<SiteDocument>();
  const top = useRef<HTMLDivElement>(null);
  const client = useQueryClient();
  const sites = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal) });

  // What the organisation has said of itself need not be typed again.
  const tenant = useQuery({ queryKey: ["tenant"], queryFn: ({ signal }) => api.tenant(signal), retry: false });
  const [asked, setAsked] = useState(false);
  if (tenant.data && !asked) {
    setAsked(true);
    const { contact, branding } = tenant.data;
    setAnswers((a) => ({
      ...a,
      name: a.name || contact.name,
      email: a.email || contact.email,
      address: a.address || contact.address,
      accent: branding.accent || a.accent,
    }));
  }

  const set = (part: Partial<Answers>) => {
    setAnswers((a) => ({ ...a, ...part }));
    setFaults((f) => Object.fromEntries(Object.entries(f).filter(([k]) => !(k in part))));
  };
  const go = (next: number) => {
    setReached((r) => Math.max(r, next));
    navigate(next === 0 ? "/new" : `/new?step=${next}`);
    top.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  };
  const [origin] = originsOf(hostOf(answers.domain));
  const there = sites.data?.sites.find((s) => s.id !== site?.id && s.state !== "archived" && origin !== undefined && s.origins.includes(origin));
  const save = async () => {
    const taken = sites.data?.sites.map((s) => s.id) ?? [];
    // A draft that was left behind is gone on with, so that none of the same name piles up.
    const left = there?.edition === 0 ? there.id : undefined;
    const doc = documentOf(answers, site?.id ?? left ?? idFor(hostOf(answers.domain), taken));
    await api.saveDraft(doc.id, doc);
    setSite(doc);
    await client.invalidateQueries({ queryKey: ["sites"] });
    return doc;
  };
  // From the third step on there is a draft, so that the preview is the real one.
  const keep = useMutation({ mutationFn: save, onSuccess: () => go(2) });
  const publish = useMutation({
    mutationFn: async () => {
      const doc = await save();
      await api.publish(doc.id, t("First edition"));
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["sites"] });
      go(3);
    },
  });
  const failed = step === 2 ? publish.error : keep.error;
  const next = () => {
    const found = faultsOf(step, answers);
    setFaults(found);
    if (Object.keys(found).length > 0) {
      requestAnimationFrame(() => top.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    if (step === 2) publish.mutate();
    else if (step === 1) keep.mutate();
    else go(1);
  };

  const panel: Step = { answers, set, faults };
  const findings = failed ? problemOf(failed).findings : undefined;
  return (
    <Page title={t("Add a site")} hint={t("Four short steps. Everything can be changed later.")} wide={step === 2}>
      <Stepper active={step} size="sm" onStepClick={(n) => n < step && step < 3 && go(n)} allowNextStepsSelect={false}>
        <Stepper.Step label={t("The site")} />
        <Stepper.Step label={t("The visitors")} />
        <Stepper.Step label={t("The look")} />
        <Stepper.Step label={t("The tag")} />
      </Stepper>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          next();
        }}
      >
        <Paper withBorder radius="lg" p={{ base: "md", sm: "xl" }} ref={top} tabIndex={-1} className="wizard-step">
          <Stack gap="lg">
            {step === 0 && <Whose {...panel} there={there} />}
            {step === 1 && <Visitors {...panel} />}
            {step === 2 && site && <Looks {...panel} site={site.id} />}
            {step === 3 && site && <Install site={site.id} />}
            {findings && (
              <Stack gap="xs" role="alert">
                <Text fw={550}>{t("Before it can be published")}</Text>
                <Findings findings={findings} />
              </Stack>
            )}
            {failed && !findings && <ProblemAlert error={failed} />}
            {step < 3 && (
              <Group justify={step === 0 ? "flex-end" : "space-between"} className="deeds">
                {step > 0 && (
                  <Button variant="default" onClick={() => go(step - 1)}>
                    {t("Back")}
                  </Button>
                )}
                <Button type="submit" loading={publish.isPending || keep.isPending} data-testid="wizard-next">
                  {step === 2 ? t("Publish the banner") : t("Next")}
                </Button>
              </Group>
            )}
          </Stack>
        </Paper>
      </form>
    </Page>
  );
}
