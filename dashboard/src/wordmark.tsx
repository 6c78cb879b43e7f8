/** The mark: a choice that is ticked and can be crossed out again. */
function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="#0f6b55" />
      <path d="m8.5 16.5 5 5 10-11" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" strokeLinejoin="round" />
      <path d="m18.6 18.6 4.4 4.4" stroke="#7fdcbf" strokeWidth="3.4" strokeLinecap="round" />
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="wordmark">
      <Mark />
      <span className="wordmark-text">
        <b>LeadiumX</b> Consent
      </span>
    </span>
  );
}
