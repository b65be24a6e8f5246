/* The channel on which the store hints at work (lossy): "orgs" when an org record changed, "org:<id>" when an
 * org has something due, "lane:<id>" when people did something to its lane, "beat" when the roll-up waits for what
 * collectors say (store/collectors.h), "judge" when the server itself has changed (library, adoption, found to be
 * behind) and each program shall judge it again. */
#ifndef STORE_WAKE_H
#define STORE_WAKE_H

#define WAKE_CHANNEL "pulssi:wake"
#define WAKE_ORGS    "orgs"
#define WAKE_ORG     "org:"
#define WAKE_LANE    "lane:"
#define WAKE_BEAT    "beat"
#define WAKE_JUDGE   "judge"

#endif
