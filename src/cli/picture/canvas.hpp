#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tonearm::cli {

/// How text reaches this terminal.
struct TerminalStyle {
  int width = 80;        ///< Columns.
  bool unicode = false;  ///< Else ASCII only.
  bool colour = false;   ///< ANSI escape sequences.
};

/// Looks at stdout, the locale, `COLUMNS` and `NO_COLOR`. Calls `setlocale`: once, before threads exist.
[[nodiscard]] TerminalStyle terminal_style();

enum class Ink : std::uint8_t { plain, dim, green, cyan, red, yellow };

/// `text` in `ink`, if the terminal can.
[[nodiscard]] std::string painted(std::string_view text, Ink ink, const TerminalStyle& style);

/// Cells of one column each, addressed by row and column; what lies outside is not drawn.
/// Threading: a value.
class Canvas {
 public:
  Canvas(int rows, int columns);

  /// `glyph` is one character in UTF-8 that is one column wide.
  void put(int row, int column, std::string_view glyph, Ink ink = Ink::plain);
  /// ASCII only.
  void write(int row, int column, std::string_view text, Ink ink = Ink::plain);
  [[nodiscard]] int columns() const { return columns_; }

  /// One line per row, trailing blanks cut off.
  [[nodiscard]] std::string render(const TerminalStyle& style) const;

 private:
  struct Cell {
    std::string glyph = " ";
    Ink ink = Ink::plain;
  };

  const int rows_;
  const int columns_;
  std::vector<Cell> cells_;
};

}  // namespace tonearm::cli
