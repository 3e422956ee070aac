// `npm run local -- istio`: a gateway for whoever tries previews by hand, until it is interrupted. What it made in the cluster
// stays: the next one finds it, and it goes with the stack.
import { openIstio } from './istio.ts'

const { gateway, hostname } = await openIstio()
console.log(`istio-gateway: ${gateway}\nistio-load-balancer: ${hostname}`)
