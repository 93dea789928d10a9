import Testing

@testable import VoiceMedia

struct NormalizerTests {
    private let normalizer: Normalizer

    init() throws {
        normalizer = Normalizer(tables: try NormalizerTables(json: Array(PronunciationTestData.normalizer.utf8), file: "normalize.json"))
    }

    @Test(
        "times are written out",
        arguments: [
            ("at 9:00 a.m. sharp", "at nine A.M. sharp"), ("at 7:05 pm", "at seven oh five P.M."), ("at 10:15", "at ten fifteen"),
            ("at 12:00", "at twelve o'clock"), ("1:02:03", "one oh two and three seconds"), ("2:30am", "two thirty A.M."),
            ("it is 5:45PM.", "it is five forty-five P.M."), ("25:99 stays", "25:99 stays"), ("16:9", "16:9"), ("1:234", "1:234"),
        ]
    )
    func times(text: String, words: String) {
        #expect(normalizer.normalize(text) == words)
    }

    @Test(
        "dates are written out",
        arguments: [
            ("2024-03-15", "March fifteenth, 2024"), ("12/25/2023", "December twenty-fifth, 2023"), ("1/2/24", "January second, 2024"),
            ("31/12/1999", "December thirty-first, 1999"), ("2024-13-15", "2024-13-15"), ("Feb. 28, 2023", "February twenty-eighth, 2023"),
            ("March 3rd", "March third"), ("the 5th of November", "the 5th of November"), ("12 April 2025", "the twelfth of April 2025"),
            ("the 3 of May", "the third of May"), ("Sept. 1", "September first"), ("May 2024", "May 2024"), ("May 50%", "May 50%"),
            ("March 99", "March 99"),
        ]
    )
    func dates(text: String, words: String) {
        #expect(normalizer.normalize(text) == words)
    }

    @Test(
        "amounts of money that the lexicon can't read are written out, others are left",
        arguments: [
            ("$2.5 million", "2.5 million dollars"), ("$500k", "500 thousand dollars"), ("$1.2B", "1.2 billion dollars"),
            ("€20 million", "20 million euros"), ("¥1", "1 yen"), ("USD 3 million", "3 million dollars"), ("USD 1", "1 dollar"),
            ("50¢", "50 cents"), ("1¢", "1 cent"), ("$99.99", "$99.99"), ("$5 kept", "$5 kept"),
        ]
    )
    func money(text: String, words: String) {
        #expect(normalizer.normalize(text) == words)
    }

    @Test(
        "measures, ranges, fractions and telephone numbers are written out",
        arguments: [
            ("250ms", "250 milliseconds"), ("1 km", "1 kilometer"), ("-1.5 km/h", "-1.5 kilometers per hour"), ("64GB", "64 gigabytes"),
            ("20°C", "20 degrees Celsius"), ("1°", "1 degree"), ("20° Cold", "20 degrees Cold"), ("5-10", "5 to 10"), ("18–25", "18 to 25"),
            ("1-2-3", "1-2-3"), ("1/2", "one half"), ("2/3", "2 thirds"), ("24/7", "24 slash 7"), ("9/11", "September eleventh"),
            ("555-1234", "5 5 5, 1 2 3 4"), ("415-555-2671", "4 1 5, 5 5 5, 2 6 7 1"), ("+5", "plus 5"), ("#7", "number 7"),
            ("No. 5", "Number 5"), ("v1.5km", "v1.5km"), ("5-10%", "5-10%"),
        ]
    )
    func measures(text: String, words: String) {
        #expect(normalizer.normalize(text) == words)
    }

    @Test(
        "titles, abbreviations and Roman numerals are written out",
        arguments: [
            ("St. Mary", "Saint Mary"), ("Main St. is", "Main Street is"), ("on Main St.", "on Main Street."),
            ("Prof. Brown", "Professor Brown"),
            ("tabs vs. spaces", "tabs versus spaces"), ("canvas", "canvas"), ("Chapter IV", "Chapter 4"),
            ("World War II ended", "World War 2 ended"),
            ("Henry VIII had", "Henry the eighth had"), ("Chapter IIII", "Chapter IIII"), ("Henry I.", "Henry the first."),
        ]
    )
    func names(text: String, words: String) {
        #expect(normalizer.normalize(text) == words)
    }

    @Test("a word or letter after Part or Type is no Roman numeral")
    func noNumeral() {
        #expect(normalizer.normalize("type ID and Type C, Part L, Part III") == "type ID and Type C, Part L, Part 3")
    }

    @Test("symbols between two things are read, others are dropped or left")
    func symbols() {
        #expect(normalizer.normalize("x = y < 3") == "x equals y less than 3")
        #expect(normalizer.normalize("= x") == "= x")
        #expect(normalizer.normalize("5 × 4, snake_case™") == "5 times 4, snake case")
    }

    @Test("blanks collapse and stand before no punctuation")
    func blanks() {
        #expect(normalizer.normalize("  a \n\t b\u{A0}c  ,  d ’s ") == "a b c, d 's")
        #expect(normalizer.normalize(" \n ").isEmpty)
    }
}
