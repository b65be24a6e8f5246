/* pulssi store check: whether Redis is safe, has our functions and is the one we know. */
#include "ctl/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/functions.h"
#include "store/server_check.h"
#include "ctl/table.h"

struct finding {
    const char *what;
    bool holds;
    struct error error;
};
#define FINDINGS 4

static void check_all(struct ctl *ctl, struct finding findings[FINDINGS]);
static void print_remarks(struct ctl *ctl);
static void print_json(const struct finding findings[FINDINGS], bool all_hold);

static int run(struct ctl *ctl)
{
    struct error error = {{0}};
    struct finding findings[FINDINGS] = {0};
    if (!ctl_settings(ctl, &error))
        return ctl_fail(&error);
    check_all(ctl, findings);
    if (findings[0].holds)
        print_remarks(ctl);
    bool all_hold = true;
    for (size_t i = 0; i < FINDINGS; i++)
        all_hold = all_hold && findings[i].holds;
    if (ctl->json) {
        print_json(findings, all_hold);
        return all_hold ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    struct table table;
    table_start(&table, "ll");
    for (size_t i = 0; i < FINDINGS; i++) {
        table_cell(&table, "%s", findings[i].what);
        table_cell(&table, "%s%s%s", findings[i].holds ? "ok" : "FAIL", findings[i].holds ? "" : ": ",
                   findings[i].holds ? "" : findings[i].error.text);
    }
    table_print(&table, "");
    return all_hold ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void check_all(struct ctl *ctl, struct finding findings[FINDINGS])
{
    char address[320];
    findings[0].what = "connection";
    findings[1].what = "safety";
    findings[2].what = "functions";
    findings[3].what = "data set";
    settings_redis_address(&ctl->settings, address);
    ctl->link = redis_link_open(address, ctl->settings.redis_password, ctl->settings.redis_deadline_ms,
                                &findings[0].error);
    findings[0].holds = ctl->link != NULL;
    if (ctl->link == NULL) {
        for (size_t i = 1; i < FINDINGS; i++)
            (void)error_set(&findings[i].error, "not checked");
        return;
    }
    findings[1].holds = server_check_safety(ctl->link, &findings[1].error);
    findings[2].holds = functions_check(ctl->link, &findings[2].error);
    findings[3].holds = dataset_check(ctl->link, &ctl->settings, "pulssi", &findings[3].error) == SEEN_GOOD;
}

/* On standard error: they are no reason to fail. */
static void print_remarks(struct ctl *ctl)
{
    struct text remarks = {0};
    struct error error;
    if (server_check_remarks(ctl->link, &remarks, &error) && remarks.bytes > 0)
        fprintf(stderr, "%s", remarks.chars);
    text_free(&remarks);
}

static void print_json(const struct finding findings[FINDINGS], bool all_hold)
{
    struct text text = {0};
    text_addf(&text, "{\"result\":\"%s\",\"checks\":[", all_hold ? "ok" : "failed");
    for (size_t i = 0; i < FINDINGS; i++) {
        text_addf(&text, "%s{\"check\":\"%s\",\"ok\":%s,\"reason\":", i > 0 ? "," : "", findings[i].what,
                  findings[i].holds ? "true" : "false");
        json_add_string(&text, findings[i].holds ? "" : findings[i].error.text);
        text_add(&text, "}");
    }
    text_add(&text, "]}");
    printf("%s\n", text.chars);
    text_free(&text);
}

const struct command command_store_check = {
    .name = "store",
    .subcommand = "check",
    .summary = "check that Redis is safe, has the function library and is the one we know",
    .example = "pulssi store check",
    .run = run,
};
