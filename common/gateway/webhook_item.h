/* One item of a webhook's body, read by its shape. Private to the gateway layer. */
#ifndef GATEWAY_WEBHOOK_ITEM_H
#define GATEWAY_WEBHOOK_ITEM_H

#include "gateway/webhook.h"
#include "gateway/webhook_body.h"

/* A number in the form that the profile states as strict E.164; false (and "") when it is none. Never parsed by
 * region, which would turn a short code into somebody's number. */
bool webhook_number(enum number_form form, const char *chars, char out[PHONE_SIZE]);

/* The input is for a text that is the body itself. */
enum webhook_problem webhook_reply_item(const struct reply_shape *shape, const struct webhook_body *body,
                                        size_t item, const struct webhook_input *input,
                                        struct webhook_reply *reply_out) MUST_CHECK;

enum webhook_problem webhook_receipt_item(const struct receipt_shape *shape, const struct webhook_body *body,
                                          size_t item, struct webhook_receipt *receipt_out) MUST_CHECK;

#endif
