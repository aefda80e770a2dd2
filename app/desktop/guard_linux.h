#ifndef STEWARD_GUARD_H
#define STEWARD_GUARD_H

int steward_prepare(void);
int steward_system_is_dark(void);
void steward_guard(int min_width, int min_height);
void steward_quit(void);
void steward_geometry(int *width, int *height, int *maximised);

#endif
