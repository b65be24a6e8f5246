/* What must hold of texts that ask again: who wrote what nobody can read was asked once more, once a pulse and about the
 * question it was written to; who stayed silent for three days was reminded, once a pulse, if the invitation was delivered;
 * who was in need was pointed to help at once. */
#ifndef SIMULATOR_AGAIN_H
#define SIMULATOR_AGAIN_H

#include "simulator/places.h"

/* Of one person; breaches become findings. A text that the scenario cannot recognise is not judged. */
void again_check(const struct person_evidence *person, struct findings *findings);

#endif
