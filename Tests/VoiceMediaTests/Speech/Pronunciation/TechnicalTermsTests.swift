import Testing

@testable import VoiceMedia

struct TechnicalTermsTests {
    private func writtenOut(_ text: String) -> String {
        String(scalars: TechnicalTerms.writtenOut(ScalarText(scalars: Array(text.unicodeScalars))).scalars)
    }

    @Test(
        "a letter with a sharp is read as such",
        arguments: [
            ("C#", "C sharp"), ("Why C#? I like F#.", "Why C sharp? I like F sharp."), ("C#-based", "C sharp-based"), ("(c#)", "(C sharp)"),
            ("C#, F#", "C sharp, F sharp"), ("C#/F#", "C sharp/F sharp"), ("Java/C#", "Java/C sharp"),
        ]
    )
    func sharp(text: String, words: String) {
        #expect(writtenOut(text) == words)
    }

    @Test(
        "the point of .NET is read, in capitals only",
        arguments: [
            (".NET", "dot net"), ("the .NET Framework", "the dot net Framework"), ("Use .NET.", "Use dot net."), ("VB.NET", "VB dot net"),
            ("ASP.NET Core", "A.S.P. dot net Core"), ("(.NET)", "(dot net)"), ("C#/.NET 8", "C sharp/ dot net 8"),
        ]
    )
    func dotNet(text: String, words: String) {
        #expect(writtenOut(text) == words)
    }

    @Test("names with their own sound are set by hand")
    func names() {
        #expect(writtenOut("Objective-C") == "Objective C")
        #expect(writtenOut("PostgreSQL's") == "[PostgreSQL](/pˈOstɡɹɛs kjˌuˈɛl/)'s")
        #expect(writtenOut("Postgres.") == "[Postgres](/pˈOstɡɹɛs/).")
    }

    @Test(
        "everything else stays as it is",
        arguments: [
            "", "#", "##", "C##", "#C#", "ABC#", "C#1", "a #1", "/c#", "example.net", "www.asp.net", ".NETWORK", "..NET", "postgres.app",
            "[C#](/sˈi/)", "[.NET](/nˈɛt/) and [PostgreSQL](/x/)", "MyPostgreSQL", "Objective-Cat", "src/postgres",
        ]
    )
    func others(text: String) {
        #expect(writtenOut(text) == text)
    }
}
