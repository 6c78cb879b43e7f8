import { TextInput } from "@mantine/core";
import { problemOf } from "../api";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { takeFocus } from "./focus";

interface Props {
  /** What the last try failed with. */
  error: Error | null;
  code: string;
  onChange: (code: string) => void;
}

/** What follows a password that was not enough: the code, once the server has asked for one, else what was wrong. */
export function CodeOrProblem({ error, code, onChange }: Props) {
  const asked = error !== null && problemOf(error).code === "second-factor";
  return (
    <>
      {(asked || code !== "") && (
        <TextInput
          label={t("Code")}
          description={t("From your authenticator app, or one of your recovery codes.")}
          autoComplete="one-time-code"
          value={code}
          onChange={(e) => onChange(e.currentTarget.value.trim())}
          ref={takeFocus}
          data-testid="code"
        />
      )}
      {error !== null && !asked && <ProblemAlert error={error} />}
    </>
  );
}
