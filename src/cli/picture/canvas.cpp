#include "cli/picture/canvas.hpp"

#include <algorithm>
#include <clocale>
#include <cstdlib>

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tonearm::cli {
namespace {

constexpr int kNarrowest = 50;
constexpr int kWidest = 160;

int terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  const int asked = columns != nullptr ? std::atoi(columns) : 0;
  return asked > 0 ? asked : 80;
}

std::string_view escape_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::dim:
      return "\x1b[2m";
    case Ink::green:
      return "\x1b[32m";
    case Ink::cyan:
      return "\x1b[36m";
    case Ink::red:
      return "\x1b[31m";
    case Ink::yellow:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

TerminalStyle terminal_style() {
  std::setlocale(LC_CTYPE, "");
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  TerminalStyle style;
  style.width = std::clamp(terminal_columns(), kNarrowest, kWidest);
  style.unicode = std::string_view(nl_langinfo(CODESET)) == "UTF-8";
  style.colour = isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0');
  return style;
}

std::string painted(std::string_view text, Ink ink, const TerminalStyle& style) {
  if (!style.colour || ink == Ink::plain) return std::string(text);
  return std::string(escape_of(ink)).append(text).append("\x1b[0m");
}

Canvas::Canvas(int rows, int columns)
    : rows_(rows), columns_(columns), cells_(static_cast<std::size_t>(rows * columns)) {}

void Canvas::put(int row, int column, std::string_view glyph, Ink ink) {
  if (row < 0 || row >= rows_ || column < 0 || column >= columns_) return;
  cells_[static_cast<std::size_t>(row * columns_ + column)] = {std::string(glyph), ink};
}

void Canvas::write(int row, int column, std::string_view text, Ink ink) {
  for (std::size_t i = 0; i < text.size(); ++i)
    put(row, column + static_cast<int>(i), text.substr(i, 1), ink);
}

std::string Canvas::render(const TerminalStyle& style) const {
  std::string out;
  for (int row = 0; row < rows_; ++row) {
    const auto begin = cells_.begin() + row * columns_;
    auto end = begin + columns_;
    while (end != begin && (end - 1)->glyph == " ") --end;
    for (auto cell = begin; cell != end;) {
      std::string run;  // of one ink
      const Ink ink = cell->ink;
      for (; cell != end && cell->ink == ink; ++cell) run += cell->glyph;
      out += painted(run, ink, style);
    }
    out += '\n';
  }
  return out;
}

}  // namespace tonearm::cli
