/** Style of the docs page: colours follow the system, and a phone is wide enough. */
export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1a1a1f; --dim: #5a5a66; --line: #d8d8de; --accent: #0b57c2 }
@media (prefers-color-scheme: dark) {
  :root { --page: #16161a; --text: #ececf1; --dim: #a5a5b2; --line: #3a3a44; --accent: #8ab4f8 }
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 0 1rem 4rem; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
code, pre, textarea { font: .875rem/1.5 ui-monospace, monospace }
h2 { margin: 2rem 0 0; font-size: 1.25rem; text-transform: capitalize }
h3 { margin: 1.25rem 0 0; font-size: 1rem }
p { margin: .25rem 0 .75rem }
small, label, .dim { color: var(--dim); font-size: .875rem }
@media (min-width: 40rem) { .bar { position: sticky } }
.bar { top: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .5rem 1rem; padding: .75rem 0; background: var(--page); border-bottom: 1px solid var(--line) }
input, textarea, button { width: 100%; padding: .4rem .6rem; color: var(--text); background: var(--page); border: 1px solid var(--dim); border-radius: 4px }
input, button { font-size: 1rem }
textarea { min-height: 9rem }
button { width: auto; background: var(--accent); color: var(--page); cursor: pointer }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
details { margin: .5rem 0; scroll-margin-top: 5.5rem; border: 1px solid var(--line); border-radius: 6px }
summary { padding: .5rem .75rem; cursor: pointer }
summary .dim { display: block }
details > div { padding: 0 .75rem 1rem }
b { color: var(--accent) }
ul { margin: 0; padding-left: 1rem; list-style: none; border-left: 1px solid var(--line) }
form { display: grid; gap: .5rem; justify-items: start }
form label { width: 100% }
pre { max-height: 30rem; padding: .75rem; overflow: auto; white-space: pre-wrap; border: 1px solid var(--line) }
[hidden] { display: none }
`;
