import { createApp } from '/vue.js'

const POLL_MS = 1_500

const ask = async (method, path, body) => {
  const answer = await fetch(`/api${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const json = answer.status === 204 ? {} : await answer.json()
  if (!answer.ok) throw Object.assign(new Error(json.error), { status: answer.status })
  return json
}

createApp({
  data: () => ({
    /** `undefined` until it is known, `null` when nobody is logged in. */
    user: undefined,
    commit: '',
    name: '',
    password: '',
    channels: [],
    channel: { name: '', topic: '' },
    messages: [],
    text: '',
    said: '',
  }),
  async mounted() {
    await this.attempt(async () => this.begin(await ask('GET', '/session')))
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      if (this.user && !document.hidden) await this.attempt(this.look)
    }
  },
  methods: {
    async attempt(work) {
      try {
        await work()
        this.said = ''
      } catch (error) {
        if (error.status === 401) this.user = null
        this.said = error.message
      }
    },
    async begin({ user, commit }) {
      if (user === null) {
        this.user = null
        return
      }
      this.channels = (await ask('GET', '/channels')).channels
      this.commit = commit
      this.user = user
      await this.enter(this.channels[0])
    },
    logIn() {
      return this.attempt(async () => {
        await this.begin(await ask('POST', '/session', { name: this.name, password: this.password }))
        this.password = ''
      })
    },
    logOut() {
      return this.attempt(async () => {
        await ask('DELETE', '/session')
        this.name = ''
        this.user = null
      })
    },
    async enter(channel) {
      this.channel = channel
      this.messages = []
      await this.attempt(this.look)
    },
    async look() {
      const { name } = this.channel
      const after = this.messages.at(-1)?.id ?? 0
      const { messages } = await ask('GET', `/channels/${encodeURIComponent(name)}/messages?after=${after}`)
      // Another answer may have come first, or another channel been entered.
      const last = this.messages.at(-1)?.id ?? 0
      const fresh = name === this.channel.name ? messages.filter(({ id }) => id > last) : []
      if (fresh.length === 0) return
      this.messages.push(...fresh)
      await this.$nextTick()
      this.$refs.list?.scrollTo({ top: this.$refs.list.scrollHeight })
    },
    send() {
      return this.attempt(async () => {
        await ask('POST', `/channels/${encodeURIComponent(this.channel.name)}/messages`, { text: this.text })
        this.text = ''
        await this.look()
      })
    },
    time: (sent) => new Date(sent).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
    face: (name) => ({ '--hue': [...name].reduce((sum, letter) => sum * 31 + letter.codePointAt(0), 7) % 360 }),
  },
}).mount('#chat')
