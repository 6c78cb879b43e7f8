import { PasswordInput } from "@mantine/core";
import { t } from "../i18n";

/** A password to be remembered; the server says when it is too weak. */
export function NewPasswordField({ value, onChange, label }: { value: string; onChange: (v: string) => void; label?: string }) {
  return (
    <PasswordInput
      label={label ?? t("Password")}
      description={t("At least 15 characters. A few words in a row are easy to remember and hard to guess.")}
      autoComplete="new-password"
      required
      withAsterisk={false}
      value={value}
      onChange={(e) => onChange(e.currentTarget.value)}
      data-testid="new-password"
    />
  );
}
