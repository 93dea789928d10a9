import Testing

@testable import VoiceMedia

struct NumberWordsTests {
    @Test(
        "cardinals are written out",
        arguments: [
            ("0", "zero"), ("7", "seven"), ("13", "thirteen"), ("20", "twenty"), ("42", "forty-two"), ("100", "one hundred"),
            ("101", "one hundred and one"), ("999", "nine hundred and ninety-nine"), ("1000", "one thousand"),
            ("1001", "one thousand and one"), ("1100", "one thousand, one hundred"), ("10023", "ten thousand and twenty-three"),
            ("1234567", "one million, two hundred and thirty-four thousand, five hundred and sixty-seven"), ("2000000000", "two billion"),
            ("007", "seven"), ("1,500", "one thousand, five hundred"),
        ]
    )
    func cardinals(digits: String, words: String) {
        #expect(NumberWords.cardinal(digits) == words)
    }

    @Test("a number beyond the decillions is read digit by digit")
    func hugeNumber() {
        #expect(NumberWords.cardinal("1" + String(repeating: "0", count: 33)) == "one decillion")
        let huge = NumberWords.cardinal(String(repeating: "9", count: 37))
        #expect(huge == Array(repeating: "nine", count: 37).joined(separator: " "))
    }

    @Test(
        "ordinals are written out",
        arguments: [
            (1, "first"), (2, "second"), (3, "third"), (5, "fifth"), (8, "eighth"), (9, "ninth"), (12, "twelfth"), (20, "twentieth"),
            (23, "twenty-third"), (101, "one hundred and first"), (1000, "one thousandth"),
        ]
    )
    func ordinals(number: Int, words: String) {
        #expect(NumberWords.ordinal(number) == words)
    }

    @Test(
        "four digits are read as a year",
        arguments: [
            ("1998", "nineteen ninety-eight"), ("1905", "nineteen oh-five"), ("1900", "nineteen hundred"), ("2000", "two thousand"),
            ("2008", "two thousand and eight"), ("2010", "twenty ten"), ("2026", "twenty twenty-six"), ("0042", "forty-two"),
        ]
    )
    func years(digits: String, words: String) {
        #expect(NumberWords.year(digits) == words)
    }

    @Test("decimals are read digit by digit without the zeros at the end")
    func decimals() {
        #expect(NumberWords.decimal("3.14") == "three point one four")
        #expect(NumberWords.decimal("2.50") == "two point five")
        #expect(NumberWords.decimal("4.0") == "four")
        #expect(NumberWords.decimal("0.05") == "zero point zero five")
    }
}
