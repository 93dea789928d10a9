// Character classes as the reference sees them: Python's `str` methods and `re` classes, per Unicode scalar.

extension Unicode.Scalar {
    /// `[0-9]`
    var isASCIIDigit: Bool { value >= 0x30 && value <= 0x39 }

    /// `[A-Z]`
    var isASCIIUppercase: Bool { value >= 0x41 && value <= 0x5A }

    /// `[A-Za-z]`
    var isASCIILetter: Bool { isASCIIUppercase || (value >= 0x61 && value <= 0x7A) }

    /// Has another lower-case form.
    var isChangedByLowercasing: Bool {
        isASCII ? isASCIIUppercase : properties.changesWhenLowercased
    }

    /// `str.isalpha`: general categories L*.
    var isLetter: Bool {
        if isASCII { return isASCIILetter }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    /// `\d`: decimal digits of any script.
    var isDecimalDigit: Bool {
        isASCII ? isASCIIDigit : properties.generalCategory == .decimalNumber
    }

    /// `str.isdigit`: decimal digits and digits such as ².
    var isDigit: Bool {
        if isASCII { return isASCIIDigit }
        return properties.numericType == .decimal || properties.numericType == .digit
    }

    /// `\w`: letters, numbers of any kind and the underscore.
    var isWord: Bool {
        if isASCII { return isASCIILetter || isASCIIDigit || value == 0x5F }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    /// `[^\W\d_]`: what the reference calls a letter inside patterns.
    var isWordLetter: Bool { isWord && !isDecimalDigit && value != 0x5F }

    /// `\s`
    var isBlank: Bool {
        if isASCII { return value == 0x20 || (value >= 0x09 && value <= 0x0D) || (value >= 0x1C && value <= 0x1F) }
        return properties.isWhitespace
    }

    /// `[a-zß-öø-ÿ]`
    var isLatinLowercase: Bool {
        (value >= 0x61 && value <= 0x7A) || (value >= 0xDF && value <= 0xFF && value != 0xF7)
    }

    /// `[A-ZÀ-ÖØ-Þ]`
    var isLatinUppercase: Bool {
        (value >= 0x41 && value <= 0x5A) || (value >= 0xC0 && value <= 0xDE && value != 0xD7)
    }

    /// `['‘’]`
    var isApostrophe: Bool { value == 0x27 || value == 0x2018 || value == 0x2019 }
}

extension String {
    init(scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }

    var scalarCount: Int { unicodeScalars.count }

    /// Without its last `count` scalars.
    func droppingLast(_ count: Int) -> String { String(unicodeScalars.dropLast(count)) }

    /// Without its first `count` scalars.
    func droppingFirst(_ count: Int) -> String { String(unicodeScalars.dropFirst(count)) }

    func replacing(scalar: Unicode.Scalar, with other: String) -> String {
        guard unicodeScalars.contains(scalar) else { return self }
        var result = ""
        for next in unicodeScalars {
            if next == scalar { result += other } else { result.unicodeScalars.append(next) }
        }
        return result
    }

    /// Python's `str.isalpha`.
    var isLetters: Bool { !isEmpty && unicodeScalars.allSatisfy(\.isLetter) }

    /// `^[0-9]+$`
    var isASCIIDigits: Bool { !isEmpty && utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }

    /// Python's `str.isdigit`.
    var isDigits: Bool { !isEmpty && unicodeScalars.allSatisfy(\.isDigit) }

    /// Python's `str.islower`: something has case and nothing is upper case.
    var isLowercased: Bool { hasCase(\.properties.isLowercase, not: \.properties.isUppercase) }

    /// Python's `str.isupper`.
    var isUppercased: Bool { hasCase(\.properties.isUppercase, not: \.properties.isLowercase) }

    private func hasCase(_ wanted: (Unicode.Scalar) -> Bool, not other: (Unicode.Scalar) -> Bool) -> Bool {
        var found = false
        for scalar in unicodeScalars {
            if other(scalar) || scalar.properties.generalCategory == .titlecaseLetter { return false }
            if wanted(scalar) { found = true }
        }
        return found
    }

    /// Python's `str.capitalize`.
    var capitalizedOnce: String {
        guard let first = unicodeScalars.first else { return self }
        return first.properties.titlecaseMapping + droppingFirst(1).lowercased()
    }
}
