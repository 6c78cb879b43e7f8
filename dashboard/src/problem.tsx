import { Alert, Anchor, Button, Code, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "wouter";
import { type Finding, problemOf } from "./api";
import { t } from "./i18n";
import { decoded } from "./coded";
import { told } from "./server-words";

/** A failure with its cause and what to do about it. */
export function ProblemAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = problemOf(error);
  // What the server answered has a status for its title, which tells people nothing.
  const answered = problem.status > 0 && problem.detail;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={answered ? <Prose text={problem.detail} /> : told(problem.title)} role="alert">
      <Stack gap="xs" align="flex-start">
        {!answered && problem.detail && <Text size="sm">{problem.detail}</Text>}
        {problem.fix && (
          <Text size="sm">
            <Prose text={problem.fix} />
          </Text>
        )}
        {problem.status === 503 && <Text size="sm">{t("Your sites go on showing their banners meanwhile.")}</Text>}
        {problem.findings && <Findings findings={problem.findings} />}
        {/* What is not there is not there at the next try either. */}
        {retry && problem.status === 404 && (
          <Anchor component={Link} href="/" size="sm">
            {t("Go to your sites")}
          </Anchor>
        )}
        {retry && problem.status !== 404 && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            {t("Try again")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** A sentence of the server; what it quotes with backticks is typed as it stands. */
export function Prose({ text }: { text?: string }) {
  return sentence(text ?? "")
    .split("`")
    .map((part, i) => (i % 2 ? <Code key={part}>{part}</Code> : part));
}

/** The faults of a document, each with its place. */
export function Findings({ findings }: { findings: Finding[] }) {
  return (
    <List size="sm" spacing={6} listStyleType="none">
      {findings.map((f) => (
        <List.Item key={f.path + f.message}>
          <Code>{f.path}</Code> {sentence(f.message)} {sentence(f.fix)}
        </List.Item>
      ))}
    </List>
  );
}

/** The message of the first error about a field, undefined when there is none. */
export function faultOf(findings: Finding[], path: string): string | undefined {
  const f = findings.find((x) => x.path === path && x.severity === "error");
  return f && `${sentence(f.message)} ${sentence(f.fix)}`;
}

/** What the server says as a sentence: a capital at its head, a full stop at its end. */
export function sentence(said: string): string {
  if (!said) return "";
  const s = decoded(told(said));
  return s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? "" : ".");
}
