// A bar chart as SVG, readable on light and on dark pages.
const plain = (s) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

/** Bars of the time to a visible banner, with the bytes it took; the line is the bare page's first paint. */
export function chart(bars, paint) {
  const [left, top, width, line] = [300, 64, 400, 34];
  const height = top + bars.length * line + 40;
  const scale = width / Math.max(...bars.map((b) => b.value));
  const rows = bars.map((b, i) => {
    const y = top + i * line;
    return `<text class="n${b.ours ? ' o' : ''}" x="${left - 14}" y="${y + 16}">${plain(b.name)}</text>
<rect class="${b.ours ? 'ours' : 'peer'}" x="${left}" y="${y}" width="${(b.value * scale).toFixed(1)}" height="22" rx="5"/>
<text class="v${b.ours ? ' o' : ''}" x="${(left + b.value * scale + 8).toFixed(1)}" y="${y + 16}">${Math.round(b.value)} ms · ${(b.bytes / 1000).toFixed(1)} kB</text>`;
  });
  const x = (left + paint * scale).toFixed(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 ${height}" role="img" aria-label="Time until the banner is visible">
<style>
text{font:14px system-ui,sans-serif;fill:#3b3f4a}.t{font-size:17px;font-weight:650}.s{font-size:13px;fill:#6b7080}.n{text-anchor:end}.o{font-weight:650}
.ours{fill:#5546e8}.peer{fill:#c3c7d3}.p{stroke:#8d92a3;stroke-dasharray:3 4}
@media(prefers-color-scheme:dark){text{fill:#dfe2ea}.s{fill:#9aa0b0}.ours{fill:#a79dff}.peer{fill:#4b5060}.p{stroke:#8d92a3}}
</style>
<text class="t" x="20" y="26">Navigation to visible banner, and what it took to get there</text>
<text class="s" x="20" y="46">first visit · CPU 4× slower · 150 ms latency · 1.6 Mbit/s · shorter is better</text>
${rows.join('\n')}
<line class="p" x1="${x}" x2="${x}" y1="${top - 6}" y2="${height - 32}"/>
<text class="s" x="${x}" y="${height - 14}" text-anchor="middle">first paint of the page without a banner</text>
</svg>
`;
}
