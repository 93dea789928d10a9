import Foundation

@testable import VoiceMedia

/// The voice's data, where this machine has it, and tables small enough to stand in a test.
enum PronunciationTestData {
    static let reasonWithoutModels: String = "the speech models are absent: fetch them, or set VIVA_MODELS_DIR"

    /// The hibari folder of the models directory; nil where the models were not fetched.
    static let directory: URL? = {
        let root = ProcessInfo.processInfo.environment["VIVA_MODELS_DIR"] ?? FileManager.default.currentDirectoryPath + "/models"
        let directory = URL(fileURLWithPath: root).appendingPathComponent("hibari")
        return FileManager.default.fileExists(atPath: directory.appendingPathComponent("tagger.json.gz").path) ? directory : nil
    }()

    static let normalizer = #"""
        {"months":{"jan":"January","feb":"February","mar":"March","apr":"April","may":"May","jun":"June","jul":"July","aug":"August",
        "sep":"September","oct":"October","nov":"November","dec":"December"},
        "titles":{"Dr":"Dr","St":"Saint","Prof":"Professor"},
        "abbreviations":{"vs.":"versus","vs":"versus","St.":"Street","approx.":"approximately","Inc.":"Incorporated","w/":"with"},
        "units":{"km":["kilometer","kilometers"],"km/h":["kilometers per hour","kilometers per hour"],"ms":["millisecond","milliseconds"],
        "GB":["gigabyte","gigabytes"]},
        "symbols":{"=":"equals","<":"less than","~":"about","×":"times","™":"","*":" ","_":" "},
        "currency":{"¥":["yen","yen"],"¢":["cent","cents"],"USD":["dollar","dollars"],"$":["dollar","dollars"],"£":["pound","pounds"],
        "€":["euro","euros"]},
        "roman_cardinal":["Chapter","World War","Type","Part"],"roman_ordinal":["Henry","John Paul"]}
        """#

    static let special = [
        "you've": ["you", "'ve"], "10am": ["10", "am"], "e.g.": ["e.g."], "don't": ["do", "n't"], "Sept.": ["Sept."], ":)": [":)"],
    ]

    static let gold = #"""
        {"A":"ˈA","B":"bˈi","C":"sˈi","I":"ˈI","P":"pˈi","S":"ˈɛs","U":"jˈu","O":"ˈO","oh":"ˈO","you've":"juv","git":"ɡˈɪt","hub":"hˈʌb","Paris":"pˈɛɹɪs",
        "read":{"DEFAULT":"ɹˈid","VBD":"ɹˈɛd","NOUN":null},"am":"æm","to":"tu","percent":"pəɹsˈɛnt","and":"ænd","plus":"plˈʌs","at":"æt",
        "zero":"zˈɪɹO","one":"wˈʌn","two":"tˈu","three":"θɹˈi","four":"fˈɔɹ","five":"fˈIv","twenty":"twˈɛnti","hundred":"hˈʌndɹəd",
        "first":"fˈɜɹst","nineteen":"nˌIntˈin","point":"pˈYnt","minus":"mˈInəs","dollar":"dˈɑləɹ","cent":"sˈɛnt","commit":"kəmˈɪt",
        "test":"tˈɛst","box":"bˈɑks","run":"ɹˈʌn","apple":"ˈæpᵊl","used":{"DEFAULT":"jˈuzd","VBD":"jˈust"}}
        """#

    static let tagger = #"""
        {"tags":[".",",","CD","DT","NN","NNP","VB","VBD","$"],"tagdict":{"the":"DT",".":".",",":",","$":"$","5":"CD","Paris":"NNP"},"vocab":["the","to"],
        "weights":{"w-1=the":{"NN":2.5},"w-1=to":{"VB":1.5,"NN":-0.5},"i0":{"VB":0.5,"VBD":0.5}}}
        """#

    /// A pronouncer over the small tables; unknown words come back in angle brackets.
    static func pronouncer() throws -> Pronouncer {
        Pronouncer(
            normalizer: Normalizer(tables: try NormalizerTables(json: Array(normalizer.utf8), file: "normalize.json")),
            tokenizer: Tokenizer(special: special),
            tagger: try PartOfSpeechTagger(json: Array(tagger.utf8), file: "tagger.json"),
            lexicon: try lexicon(),
            unknownWord: { "<\($0)>" }
        )
    }

    static func lexicon() throws -> Lexicon {
        Lexicon(
            gold: try LexiconDictionary(json: Array(gold.utf8), file: "gold.json"),
            silver: try LexiconDictionary(json: Array(#"{"runner":"ɹˈʌnəɹ"}"#.utf8), file: "silver.json")
        )
    }
}
