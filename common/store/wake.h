/* The channel on which the store hints at work (lossy): "orgs" when an org record changed, "org:<id>" when an
 * org has something due. */
#ifndef STORE_WAKE_H
#define STORE_WAKE_H

#define WAKE_CHANNEL "pulssi:wake"
#define WAKE_ORGS    "orgs"
#define WAKE_ORG     "org:"

#endif
