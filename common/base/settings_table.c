/* Every key there is, and the sample file made from it. A new key is one row here and one field in
 * settings.h. */
#include "base/settings_table.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* clang-format off */
#define FIELD(field)   offsetof(struct settings, field)
#define CHARS(field)   (sizeof(((struct settings *)0)->field) - 1)
#define G_FIELD(field) offsetof(struct gateway_settings, field)
#define G_CHARS(field) (sizeof(((struct gateway_settings *)0)->field) - 1)

#define TEXT(section, key, field, bytes_min, otherwise, shown, help) \
    {section, key, SETTING_TEXT, "bytes", bytes_min, CHARS(field), otherwise, shown, help, FIELD(field)}
#define SECRET(section, key, field, help) \
    {section, key, SETTING_SECRET, "bytes", 0, CHARS(field), "", NULL, help, FIELD(field)}
#define NUMBER(section, key, field, unit, low, high, otherwise, help) \
    {section, key, SETTING_INT, unit, low, high, otherwise, NULL, help, FIELD(field)}
#define GATEWAY_TEXT(key, field, shown, help) \
    {SETTINGS_GATEWAY_SECTION, key, SETTING_TEXT, "bytes", 0, G_CHARS(field), "", shown, help, G_FIELD(field)}
#define GATEWAY_SECRET(key, field, help) \
    {SETTINGS_GATEWAY_SECTION, key, SETTING_SECRET, "bytes", 0, G_CHARS(field), "", NULL, help, G_FIELD(field)}
#define CRISIS_TEXT(key, field, shown, help) \
    {SETTINGS_CRISIS_SECTION, key, SETTING_TEXT, "bytes", 0, sizeof(((struct crisis_settings *)0)->field) - 1, "", shown, help, \
     offsetof(struct crisis_settings, field)}
#define GATEWAY_NUMBER(key, field, unit, low, high, otherwise, shown, help) \
    {SETTINGS_GATEWAY_SECTION, key, SETTING_INT, unit, low, high, otherwise, shown, help, G_FIELD(field)}

static const struct setting rows[] = {
    TEXT("pulssi", "data_folder", data_folder, 1, "data", NULL,
         "Folder of state, keys, spools and the private Redis."),
    TEXT("pulssi", "share_folder", share_folder, 1, PULSSI_SHARE_DIR, "/usr/share/pulssi",
         "Folder of gateway profiles (gateways/) and messages (messages/); the default is chosen by the build."),

    TEXT("clock", "file", clock_file, 0, "", NULL,
         "Clock file of a demo or test; empty = real time."),

    TEXT("redis", "address", redis_address, 0, "", NULL,
         "unix:/path or tcp:host:port; empty = the private server of `pulssi up`."),
    SECRET("redis", "password", redis_password,
           "Password of this service's Redis user; empty = none."),
    NUMBER("redis", "deadline_ms", redis_deadline_ms, "ms", 100, 60000, "2000",
           "How long a command may go unanswered."),

    NUMBER("dispatcher", "lease_ms", lease_ms, "ms", 2000, 600000, "60000",
           "How long a claimed message belongs to its claimer."),
    NUMBER("dispatcher", "in_flight_max", in_flight_max, "", 1, 64, "32",
           "HTTP requests under way at once, for each lane."),
    NUMBER("dispatcher", "claim_max", claim_max, "", 1, 128, "100",
           "Messages claimed at once."),
    NUMBER("dispatcher", "submit_attempts_max", submit_attempts_max, "", 1, 20, "5",
           "Attempts to hand over one message."),
    NUMBER("dispatcher", "backoff_first_ms", backoff_first_ms, "ms", 10, 60000, "1000",
           "Wait after the first failed attempt (doubles, with jitter)."),
    NUMBER("dispatcher", "backoff_max_ms", backoff_max_ms, "ms", 10, 3600000, "300000",
           "Longest wait between attempts."),
    NUMBER("dispatcher", "retry_after_max_ms", retry_after_max_ms, "ms", 10, 3600000, "300000",
           "Longest wait a gateway may ask for with Retry-After."),
    NUMBER("dispatcher", "failover_after_ms", failover_after_ms, "ms", 10, 86400000, "30000",
           "How long a gateway may be held before messages go through the org's second one."),
    NUMBER("dispatcher", "http_deadline_ms", http_deadline_ms, "ms", 100, 120000, "20000",
           "How long a whole request to a gateway may take."),
    NUMBER("dispatcher", "http_connect_ms", http_connect_ms, "ms", 50, 60000, "5000",
           "How long connecting to a gateway may take."),
    NUMBER("dispatcher", "validity_hours", validity_hours, "hours", 1, 168, "24",
           "How long a gateway may try to deliver; an unknown message ends 24 hours after it."),
    NUMBER("dispatcher", "sending_days", sending_days, "days", 1, 5, "3",
           "Sending days of a round; what is unsent after them is stale."),
    NUMBER("dispatcher", "status_port", dispatcher_status_port, "", 0, 65535, "8091",
           "Port of /healthz, /readyz and /metrics on 127.0.0.1; 0 = any free port, told in run/dispatcher.status-port."),

    TEXT("collector", "address", collector_address, 1, "127.0.0.1", NULL,
         "Address the webhooks are served on."),
    NUMBER("collector", "port", collector_port, "", 0, 65535, "8088",
           "Port of the webhooks; 0 = any free port."),
    NUMBER("collector", "header_deadline_ms", header_deadline_ms, "ms", 100, 60000, "5000",
           "How long a request's headers may take to arrive."),
    NUMBER("collector", "body_deadline_ms", body_deadline_ms, "ms", 100, 120000, "10000",
           "How long a request's body may take to arrive."),
    NUMBER("collector", "idle_deadline_ms", idle_deadline_ms, "ms", 100, 600000, "30000",
           "How long a connection may be idle."),
    NUMBER("collector", "connections_max", connections_max, "", 1, 10000, "1000",
           "Connections open at once."),
    NUMBER("collector", "body_bytes_max", body_bytes_max, "bytes", 1024, 131072, "65536",
           "Longest body of a webhook."),
    NUMBER("collector", "spool_mib", spool_mib, "MiB", 1, 65536, "256",
           "Room in <data_folder>/spool for webhooks while Redis is away; when it is full they get 503."),
    NUMBER("collector", "parts_deadline_ms", parts_deadline_ms, "ms", 100, 3600000, "300000",
           "How long the parts of a long reply wait for the others; then what came is read as it is."),
    TEXT("collector", "trusted_proxies", trusted_proxies, 0, "", NULL,
         "Addresses or prefixes (10.0.0.0/8) of web servers in front of us, with spaces between: their X-Forwarded-For is believed."),

    NUMBER("survey", "reply_window_days", reply_window_days, "days", 1, 14, "7",
           "How long after its first message a pulse takes answers."),
    NUMBER("survey", "encounter_delay_minutes", encounter_delay_minutes, "minutes", 0, 2880, "60",
           "How long after an encounter its invitation goes, or later when the sending window is closed."),

    NUMBER("rollup", "grace_hours", grace_hours, "hours", 1, 168, "24",
           "How long after its last possible answer a week stays open."),
    NUMBER("rollup", "status_port", rollup_status_port, "", 0, 65535, "8092",
           "Port of /healthz, /readyz and /metrics on 127.0.0.1; 0 = any free port, told in run/rollup.status-port."),

    NUMBER("retention", "words_days", words_days, "days", 14, 730, "90",
           "How long own words are kept after their week; a week that closes deletes what is older."),
    NUMBER("retention", "log_months", log_months, "months", 3, 120, "12",
           "How long rows of the answer log are kept after their week; then its checkpoint stands for them."),
    NUMBER("retention", "audit_months", audit_months, "months", 12, 120, "24",
           "How long rows of the audit are kept."),

    GATEWAY_TEXT("profile", profile, NULL,
                 "Profile in <share_folder>/gateways, without .json; empty = the section's name."),
    GATEWAY_TEXT("url", url, "http://127.0.0.1:8089",
                 "Required: base URL, http:// or https://, no slash at the end."),
    GATEWAY_TEXT("user", user, NULL,
                 "The name that goes with the secret, where the profile wants one; empty = none."),
    GATEWAY_SECRET("secret", secret,
                   "What we show the gateway to be let in; empty = nothing."),
    GATEWAY_SECRET("webhook_token", webhook_token,
                   "Required: what the gateway shows us, in the path of its webhooks; 16 or more of A-Z a-z 0-9 . _ ~ -"),
    GATEWAY_SECRET("webhook_secret", webhook_secret,
                   "What the gateway signs its webhooks with, or its public key, where the profile wants one; empty = none."),
    GATEWAY_TEXT("webhook_user", webhook_user, NULL,
                 "The name that the gateway shows with its webhooks, where the profile wants one; empty = none."),
    GATEWAY_SECRET("webhook_password", webhook_password,
                   "The password that goes with it; empty = none."),
    GATEWAY_TEXT("webhook_addresses", webhook_addresses, NULL,
                 "Addresses or prefixes (203.0.113.0/24, 2001:db8::/32) that its webhooks may come from, with spaces between; empty = any."),
    GATEWAY_TEXT("public_url", public_url, NULL,
                 "Where the gateway reaches our collector, where the profile wants it: http:// or https://, no slash at the end."),
    GATEWAY_TEXT("parameters", parameters, NULL,
                 "What the profile wants beside: name=value, with spaces between, as partner=15000 gate=BVldZyQt."),
    GATEWAY_TEXT("confirms_stop", confirms_stop, NULL,
                 "yes: its provider answers STOP by itself, so that we do not confirm it once more; otherwise no."),
    GATEWAY_TEXT("outside_eu", outside_eu, NULL,
                 "yes: its provider may keep data outside the European Union; otherwise a profile that says so is refused."),
    GATEWAY_NUMBER("rate_segments", rate_segments, "segments/s", 0, 10000, "10", "0",
                   "How fast we send; 0 = unlimited (for the simulator only)."),
    GATEWAY_NUMBER("price_segment_millicents", price_segment_millicents, "thousandths of a cent", 0, 100000000, "0", NULL,
                   "What a segment costs: 4500 is 4.5 cents; shown before a round starts. 0 = not told."),
    {SETTINGS_GATEWAY_SECTION, "currency", SETTING_TEXT, "bytes", 1, G_CHARS(currency), "EUR", NULL,
     "The currency of that price.", G_FIELD(currency)},

    CRISIS_TEXT("phrase", phrase, "Kriisipuhelin 09 2525 0111 (24 h)",
                "Required: whom a text of distress is pointed to, in this language; stands in place of {crisis}."),
    CRISIS_TEXT("confirmed_on", confirmed_on, "2026-01-01",
                "Required: the day on which somebody last called and saw that it is right; after 12 months nothing starts."),
};
/* clang-format on */

#define ROWS_COUNT (sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS_COUNT <= SETTINGS_ROWS_MAX, "SETTINGS_ROWS_MAX bounds the loader's line marks");

static void sample_row(const struct setting *row, struct text *text);

const struct setting *settings_table(size_t *count_out)
{
    *count_out = ROWS_COUNT;
    return rows;
}

void settings_sample(struct text *text)
{
    text_add(
        text,
        "# Settings of Pulssi: every key with its range, unit and default. Remove the # before a key to "
        "set it.\n"
        "# A line is `key = value`; `#` and `;` begin a comment only at the start of a line.\n"
        "# The environment overrides: PULSSI_SECTION_KEY, as PULSSI_DISPATCHER_LEASE_MS=30000, and for "
        "gateways\n"
        "# PULSSI_GATEWAY_NAME_KEY (NAME in capitals, `-` written `_`).\n"
        "# A secret may stand in a file of its own, which only its owner may read: KEY_file = /path, or\n"
        "# PULSSI_…_KEY_FILE=/path. A path that does not begin with / names a credential of systemd\n"
        "# (LoadCredential=), looked up in $CREDENTIALS_DIRECTORY.\n");
    const char *section = "";
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        if (strcmp(rows[i].section, section) != 0) {
            section = rows[i].section;
            if (strcmp(section, SETTINGS_GATEWAY_SECTION) == 0)
                text_addf(
                    text,
                    "\n# One section a gateway, at most %d. The name is 1..32 of a-z 0-9 and -, and begins "
                    "with a letter.\n#[gateway:simulator]\n",
                    SETTINGS_GATEWAYS_MAX);
            else if (strcmp(section, SETTINGS_CRISIS_SECTION) == 0)
                text_addf(text,
                          "\n# One section a language, at most %d: its code of two letters. Without one, the "
                          "answer to a "
                          "text of distress\n# names no number.\n#[crisis:fi]\n",
                          SETTINGS_CRISIS_MAX);
            else
                text_addf(text, "\n[%s]\n", section);
        }
        sample_row(&rows[i], text);
    }
}

static void sample_row(const struct setting *row, struct text *text)
{
    const char *value = row->shown != NULL ? row->shown : row->otherwise;
    text_addf(text, "# %s\n# ", row->help);
    if (row->type == SETTING_TEXT)
        text_add(text, "Text, ");
    if (row->type == SETTING_SECRET)
        text_add(text, "Secret, ");
    text_addf(text, "%" PRId64 "..%" PRId64 "%s%s", row->low, row->high, row->unit[0] != '\0' ? " " : "",
              row->unit);
    /* A default that the sample replaces and that is a text is a path of the machine that built Pulssi. */
    if (row->otherwise[0] != '\0' && (row->shown == NULL || row->type == SETTING_INT))
        text_addf(text, ", default %s", row->otherwise);
    text_addf(text, ".\n#%s =%s%s\n", row->key, value[0] != '\0' ? " " : "", value);
    if (row->type == SETTING_SECRET)
        text_addf(text, "#%s_file =\n", row->key);
}
