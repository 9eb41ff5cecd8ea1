/*
 * yaml_parses.c: reads YAML files with libyaml and says where one does not parse.
 *     yaml_parses FILE...
 */
#include <stdio.h>
#include <yaml.h>

static int parses(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        printf("%s:1: [yaml] cannot be opened\n", path);
        return 0;
    }
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        fclose(file);
        return 0;
    }
    yaml_parser_set_input_file(&parser, file);
    int good = 1;
    int done = 0;
    while (good && !done) {
        yaml_event_t event;
        good = yaml_parser_parse(&parser, &event);
        if (good) {
            done = event.type == YAML_STREAM_END_EVENT;
            yaml_event_delete(&event);
        } else {
            printf("%s:%zu: [yaml] %s\n", path, parser.problem_mark.line + 1,
                   parser.problem != NULL ? parser.problem : "unreadable");
        }
    }
    yaml_parser_delete(&parser);
    fclose(file);
    return good;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        failed |= !parses(argv[i]);
    }
    return failed;
}
