package main

import (
	"html/template"
	"log"
	"net/http"
)

func (s *shop) showPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("content-type", "text/html; charset=utf-8")
	if err := page.Execute(w, map[string]string{"Commit": s.commit, "Preview": s.preview}); err != nil {
		log.Print(err)
	}
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Two apps</title>
<style>
  body { font: 18px/1.6 system-ui, sans-serif; max-width: 36rem; margin: 10vh auto; padding: 0 1.5rem; color: #1f2328 }
  small { color: #59636e; overflow-wrap: anywhere } input, button { font: inherit; padding: .2rem .6rem }
</style>
<h1>Two apps</h1>
<form id="login"><input name="user" placeholder="user" aria-label="user"> <input name="password" type="password"
  placeholder="password" aria-label="password"> <button>Log in</button></form>
<form id="items"><input name="name" placeholder="a new item" aria-label="a new item"> <button>Add</button></form>
<ul id="list"></ul>
<form id="jobs"><input name="text" placeholder="a text to turn around" aria-label="a text to turn around"> <button>Start a job</button></form>
<p id="said" role="status"></p>
<small>commit {{or .Commit "not said"}} · database {{.Preview}}</small>
<script>
  const by = (id) => document.getElementById(id)
  const ask = async (path, body) => {
    const answer = await fetch(path, body && { method: 'POST', body: JSON.stringify(body) })
    const json = await answer.json()
    if (!answer.ok) throw new Error(json.error)
    return json
  }
  const list = async () => {
    const { items } = await ask('/items')
    by('list').replaceChildren(...items.map(({ name }) => Object.assign(document.createElement('li'), { textContent: name })))
  }
  const done = async ({ id }) => {
    for (let job = { state: 'queued' }; ; await new Promise((after) => setTimeout(after, 500))) {
      job = await ask('/jobs/' + id)
      by('said').textContent = job.state === 'done' ? job.result : job.state
      if (job.state === 'done') return
    }
  }
  for (const [id, then] of Object.entries({ login: list, items: list, jobs: done }))
    by(id).addEventListener('submit', (event) => {
      event.preventDefault()
      ask('/' + id, Object.fromEntries(new FormData(event.target))).then(then).catch((error) => { by('said').textContent = error.message })
    })
</script>
</html>
`))
