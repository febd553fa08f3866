#include "command.hpp"

#include <cstdio>
#include <cstdlib>

#include "callers.hpp"

namespace tonearm::bench {

CLI::Option* add_count(CLI::App& app, const std::string& name, unsigned& value, const std::string& help) {
  return app.add_option(name, value, help)->check(CLI::Range(1u, 1'000'000u))->capture_default_str();
}

void add_server(CLI::App& app, std::string& path) {
  app.add_option("--server", path, "the server's binary")->required()->check(CLI::ExistingFile);
}

void parse(CLI::App& app, int count, char** words) {
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
}

int drive(CLI::App& app, int count, char** words, const std::function<void()>& work) {
  parse(app, count, words);
  raise_descriptors();
  pin_to(1);
  try {
    work();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s: %s\n", app.get_name().c_str(), failure.what());
    return 1;
  }
  return 0;
}

}  // namespace tonearm::bench
