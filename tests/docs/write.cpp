// Writes the generated parts of documents, for `./dev docs`.
//
//     write_docs ROOT
//
// In a Markdown document it replaces the text between `<!-- commands -->` and `<!-- end -->`; it
// writes net/http/openapi.json and docs/cli.md whole. Tests of net and of the program compare all
// of them with the tables.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "net/http/openapi.hpp"
#include "tests/docs/cli_page.hpp"
#include "tests/docs/tables.hpp"

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file{path};
    if (!file) throw std::runtime_error{path.string() + " cannot be read"};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream file{path};
    file << text;
    if (!file.flush()) throw std::runtime_error{path.string() + " cannot be written"};
}

/// Replaces what is between `<!-- name -->` and `<!-- end -->`.
void replace(const std::filesystem::path& path, const std::string& name, const std::string& table) {
    std::string text = read(path);
    const std::string mark = "<!-- " + name + " -->\n";
    const std::size_t begin = text.find(mark);
    const std::size_t end = text.find("\n<!-- end -->", begin);
    if (begin == std::string::npos || end == std::string::npos) {
        throw std::runtime_error{path.string() + " has no " + mark + "with an end"};
    }
    text.replace(begin, end - begin, mark + "\n" + table);
    write(path, text);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2) throw std::runtime_error{"write_docs ROOT"};
        const std::filesystem::path root{argv[1]};
        replace(root / "net/resp/PROTOCOL.md", "commands", allot::docs::command_table());
        replace(root / "net/http/HTTP.md", "routes", allot::docs::route_table());
        replace(root / "net/http/HTTP.md", "routes of the book", allot::docs::book_route_table());
        replace(root / "net/http/HTTP.md", "operations", allot::docs::operation_table());
        write(root / "net/http/openapi.json", allot::http::openapi_text());
        write(root / "docs/cli.md", allot::docs::cli_page());
    } catch (const std::exception& error) {
        std::cerr << "write_docs: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
