package org.clattention.heads;

/** What a head mostly does; {@link HeadAnalysis} has the measures and thresholds. */
public enum HeadPattern {
    /** It looks at the token before. */
    PREVIOUS("previous token", "prev"),
    /** It looks at the first token, the rest place of heads that find nothing to do (an attention sink). */
    FIRST("first token", "first"),
    /** It looks at earlier occurrences of the same token. */
    SAME("same token", "same"),
    /** It looks at the token itself. */
    CURRENT("current token", "self"),
    /** It looks at the neighbourhood. */
    LOCAL("local", "local"),
    /** It looks at everything about alike. */
    BROAD("broad", "broad"),
    /** None of these. */
    MIXED("mixed", "mixed");

    private final String label;
    private final String brief;

    HeadPattern(String label, String brief) {
        this.label = label;
        this.brief = brief;
    }

    /** In words. */
    public String label() {
        return label;
    }

    /** In five letters at most. */
    public String brief() {
        return brief;
    }
}
