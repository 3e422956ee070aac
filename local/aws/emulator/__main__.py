"""ministack with the few behaviours of AWS it lacks and this product leans on.

Run as `python3 <this folder>`; settings come by environment (see ../ministack.ts).
Each module patches one service and refuses to start when ministack is no longer
the code it was written for, so an upgrade can never drop a patch in silence.
"""

import balancers
import clusters
import executions
import functions
import identities
import images
import policies
import zones

for patched in (balancers, clusters, executions, functions, identities, images, policies, zones):
    patched.patch()

from ministack.app import main  # noqa: E402  (after the patches, which it picks up)

main()
