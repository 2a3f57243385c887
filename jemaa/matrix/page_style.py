"""Matrix room. How the page looks: light and dark, wide tables that scroll by themselves, signs told apart by form."""

STYLE = """
:root { color-scheme: light dark; --ink: #1d1b16; --soft: #5d584c; --paper: #fdfcf9; --line: #dcd7ca;
  --yes: #14532d; --yes-paper: #cdebd6; --no: #8c1d18; --no-paper: #f9d5d1; --none: #726d60; --group: #f1eee5 }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e1; --soft: #aaa494; --paper: #171714; --line: #3a372f;
  --yes: #b6f0c8; --yes-paper: #1e4a2e; --no: #ffc9c2; --no-paper: #6b221c; --none: #958f80; --group: #24221d } }
body { font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 }
main { max-width: 78rem; margin: 0 auto; padding: 2rem 1rem 4rem }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem }
p, dd { max-width: 48rem } .lead { font-size: 1.1rem } a { color: inherit; text-underline-offset: .2em }
.wide { overflow-x: auto } .wide > svg { min-inline-size: 60rem; inline-size: 100% }
table { border-collapse: collapse; font-size: .875rem }
caption { text-align: start; color: var(--soft); padding: .25rem 0 }
th, td { padding: .2rem .5rem; text-align: start; vertical-align: bottom; border-bottom: 1px solid var(--line) }
th { font-weight: 600 } th small { font-weight: 400; color: var(--soft) }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap }
.grid th, .grid td { padding: .1rem .15rem } .grid th[scope=row] { font-weight: 400; white-space: nowrap;
  padding-inline-end: 1rem; position: sticky; inset-inline-start: 0; background: var(--paper) }
.grid thead tr + tr th:not(:first-child) { text-align: center }
.grid .begin { padding-inline-start: 1rem } .grid .number { padding-inline-start: .4rem }
.grid .group { background: var(--group); padding: .3rem .5rem; text-align: start }
.up { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: 400; white-space: nowrap }
.sign { display: inline-grid; place-items: center; inline-size: 1.35rem; block-size: 1.35rem; border-radius: .25rem;
  font-weight: 700; line-height: 1; vertical-align: middle }
.yes { color: var(--yes); background: var(--yes-paper) }
.no { color: var(--no); background: var(--no-paper); outline: 1.5px solid var(--no); outline-offset: -1.5px }
.none { color: var(--none) } .legend .sign { margin-inline: .4rem .1rem }
.word { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
details { margin: .5rem 0 } summary { cursor: pointer } dt { margin-top: .75rem } dd { margin-inline-start: 1.5rem }
"""
