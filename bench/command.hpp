#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

namespace tonearm::bench {

/// A whole number of one or more, its default shown in the help.
CLI::Option* add_count(CLI::App& app, const std::string& name, unsigned& value, const std::string& help);
/// `--server PATH`, without which nothing can be measured.
void add_server(CLI::App& app, std::string& path);

/// Ends the process after `--help` (status 0) and after what cannot be understood (2).
void parse(CLI::App& app, int count, char** words);
/// The whole of a program that drives a server: parses, goes to core 1, for the server has core 0, and does
/// `work`. Returns the exit status: 1, with a line on stderr, if `work` throws.
int drive(CLI::App& app, int count, char** words, const std::function<void()>& work);

}  // namespace tonearm::bench
