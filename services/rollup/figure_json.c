#include "rollup/figure_json.h"

#include <math.h>

#include "base/json.h"
#include "domain/calendar.h"

static void add_number(struct text *out, const char *name, double value)
{
    if (isnan(value)) {
        text_addf(out, ",\"%s\":null", name);
    } else {
        text_addf(out, ",\"%s\":%.17g", name, value);
    }
}

void figure_json(const char *pilot, const char *question, const struct signal *signal, struct text *out)
{
    char first[WEEK_SIZE], last[WEEK_SIZE];
    week_text(signal->first_week, first);
    week_text(signal->last_week, last);
    const struct period *sums = &signal->sums;
    text_add(out, "{\"pilot\":");
    json_add_string(out, pilot);
    text_add(out, ",\"question\":");
    json_add_string(out, question);
    text_addf(out,
              ",\"first_week\":\"%s\",\"last_week\":\"%s\",\"frame\":%lld,\"drawn\":%lld,\"sent\":%lld,"
              "\"delivered\":%lld",
              first, last, (long long)sums->frame, (long long)sums->drawn, (long long)sums->sent,
              (long long)sums->delivered);
    if (signal->state == SIGNAL_TOO_FEW) {
        text_add(out, ",\"n\":null,\"positive\":null,\"neutral\":null,\"negative\":null,\"rr1\":null,"
                      "\"response_rate\":null,"
                      "\"wilson\":null,\"p_success\":null,\"p_failure\":null");
    } else {
        text_addf(out, ",\"n\":%lld,\"positive\":%lld,\"neutral\":%lld,\"negative\":%lld",
                  (long long)signal->answered, (long long)sums->positive, (long long)sums->neutral,
                  (long long)sums->negative);
        add_number(out, "rr1", signal->rr1);
        add_number(out, "response_rate", signal->rr2);
        text_addf(out, ",\"wilson\":[%.17g,%.17g]", signal->wilson_lo, signal->wilson_hi);
        add_number(out, "p_success", signal->p_success);
        add_number(out, "p_failure", signal->p_failure);
    }
    text_addf(out, ",\"state\":\"%s\",\"polarised\":%s}", signal_state_name(signal->state),
              signal->polarised ? "true" : "false");
}

bool figure_last_week(const char *json, size_t bytes, int64_t *week_index_out, struct error *error)
{
    cJSON *tree = json_parse(json, bytes, error);
    if (tree == NULL) {
        return false;
    }
    const cJSON *week = cJSON_GetObjectItemCaseSensitive(tree, "last_week");
    bool read = (cJSON_IsString(week) && week_parse(week->valuestring, week_index_out)) ||
                error_set(error, "a published figure has no last_week");
    cJSON_Delete(tree);
    return read;
}
