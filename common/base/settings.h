/* Settings: one table holds each key's section, name, type, unit, range, default and help; the sample file
 * config/pulssi.conf is generated from it. Read from a file (libinih through its stream reader with our own
 * line counting) and overridden by the environment: PULSSI_SECTION_KEY, upper case; for a gateway
 * PULSSI_GATEWAY_NAME_KEY. Errors name file (or variable), line, key and the allowed range. */
#ifndef BASE_SETTINGS_H
#define BASE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define SETTINGS_GATEWAYS_MAX 8
#define SETTINGS_CRISIS_MAX   8

/* One `[gateway:NAME]` section. */
struct gateway_settings {
    char name[33];
    char profile[256]; /* file name in <share_folder>/gateways, without .json; default = the section's name */
    char url[256];     /* base URL, no slash at the end */
    char user[129];    /* who we are to the gateway; "" = nobody */
    char secret[129];  /* authorization secret; "" = none */
    char public_url[256];    /* where the gateway reaches the collector, no slash at the end; "" = not told */
    char webhook_token[129]; /* path token of its webhooks, at least 16 characters */
    char webhook_secret[129]; /* what it signs them with, or its public key; "" = none */
    char webhook_user[129];   /* name and password it shows with them; "" = none */
    char webhook_password[129];
    char webhook_addresses[512];      /* where they may come from, a list; "" = anywhere */
    char parameters[257];             /* what the profile wants beside, "name=value name=value"; "" = none */
    char confirms_stop[4];            /* "yes" = it answers STOP by itself, so that we do not */
    char outside_eu[4];               /* "yes" = its data may be kept outside the European Union */
    int64_t rate_segments;            /* per real second; 0 = unlimited */
    int64_t price_segment_millicents; /* thousandths of a cent; 0 = not told */
    char currency[9];                 /* "EUR" */
};

/* One `[crisis:LANGUAGE]` section: whom a text of distress is pointed to. */
struct crisis_settings {
    char language[3]; /* "fi" */
    char phrase[129]; /* "Kriisipuhelin 09 2525 0111 (24 h)": stands in place of {crisis} */
    char
        confirmed_on[11]; /* the day on which somebody last saw that it is right; domain/crisis.h judges it */
};

struct settings {
    char data_folder[256];  /* [pulssi] data_folder: state, keys, private Redis */
    char share_folder[256]; /* [pulssi] share_folder: gateway profiles and messages; PULSSI_SHARE_DIR
                               in the environment replaces the built-in default */
    char clock_file[256];   /* [clock] file, "" = real time */

    char redis_address[256]; /* [redis] address: "unix:/path" or "tcp:host:port"; "" = private, started by
                                `pulssi up` */
    char redis_password[129];
    int64_t redis_deadline_ms; /* 2000 */

    int64_t lease_ms;            /* [dispatcher] 60000, 2000..600000 */
    int64_t in_flight_max;       /* 32, 1..64 */
    int64_t claim_max;           /* 100, 1..128 */
    int64_t submit_attempts_max; /* 5, 1..20 */
    int64_t backoff_first_ms;    /* 1000, 10..60000 (real time; retries of one message) */
    int64_t backoff_max_ms;      /* 300000 */
    int64_t retry_after_max_ms;  /* 300000: clamp of a gateway's Retry-After */
    int64_t failover_after_ms; /* 30000: then messages of a lane that is held go through its second gateway */
    int64_t http_deadline_ms;  /* 20000 */
    int64_t http_connect_ms;   /* 5000 */
    int64_t validity_hours;    /* 24: how long a gateway may try; unknown ends 24 h after it */
    int64_t sending_days;      /* 3, 1..5: sending days of a round after which unsent messages are stale */
    int64_t dispatcher_status_port; /* [dispatcher] status_port: 8091, 0..65535; 0 = any free port */

    char collector_address[64]; /* [collector] 127.0.0.1 */
    int64_t collector_port;     /* 8088, 0..65535; 0 = any free port */
    int64_t header_deadline_ms; /* 5000 */
    int64_t body_deadline_ms;   /* 10000 */
    int64_t idle_deadline_ms;   /* 30000 */
    int64_t connections_max;    /* 1000 */
    int64_t body_bytes_max;     /* 65536, 1024..131072: with its head it fits into a record of the spool */
    int64_t spool_mib;          /* 256, 1..65536 MiB: all segments of the spool together */
    int64_t
        parts_deadline_ms; /* 300000 real ms, 100..3600000: how long parts of a reply wait for the others */
    char trusted_proxies[512]; /* whose X-Forwarded-For is believed, a list; "" = nobody's */

    int64_t reply_window_days;       /* [survey] 7, 1..14 */
    int64_t encounter_delay_minutes; /* [survey] 60, 0..2880: from an encounter to its invitation */
    int64_t grace_hours;             /* [rollup] 24, 1..168 */
    int64_t rollup_status_port;      /* [rollup] status_port: 8092, 0..65535; 0 = any free port */
    int64_t words_days;              /* [retention] 90, 14..730: own words, after the end of their week */
    int64_t log_months;              /* 12, 3..120: rows of the answer log, after the end of their week */
    int64_t audit_months;            /* 24, 12..120: rows of the audit */

    size_t gateways_count;
    struct gateway_settings gateways[SETTINGS_GATEWAYS_MAX];

    size_t crisis_count;
    struct crisis_settings crisis[SETTINGS_CRISIS_MAX];
};

/* Defaults, then the file (NULL or "" = none; a named file must exist), then the environment, then checks
 * across keys (for example dedupe horizon against reply window plus grace). A gateway section without url or
 * webhook_token, or a crisis section without a phrase or its day, is an error that names the missing key. */
bool settings_load(struct settings *settings, const char *path, struct error *error) MUST_CHECK;

/* Appends the sample file generated from the table. */
void settings_sample(struct text *text);

/* The gateway's section, or NULL. */
const struct gateway_settings *settings_gateway(const struct settings *settings, const char *name);

/* Whom a text of distress in this language is pointed to; "" = nobody is configured. */
const char *settings_crisis(const struct settings *settings, const char *language);

/* The Redis address in force: the configured one, or the private server's socket in the data folder. */
void settings_redis_address(const struct settings *settings, char out[320]);

#endif
