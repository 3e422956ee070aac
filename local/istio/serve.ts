// `npm run local -- istio`: Istio for whoever tries previews by hand, until it is interrupted.
import { once } from 'node:events'
import { openIstio } from './istio.ts'

const istio = await openIstio()
console.log(`istio-gateway: ${istio.gateway}\nistio-load-balancer: ${istio.hostname}`)
await once(process, 'SIGINT')
await istio.close()
