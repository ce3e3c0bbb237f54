package org.clattention.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;

/** The page in a browser, as a person uses it. */
class HeadsBrowserTest {
    private static final HeadWeights WEIGHTS = SampleHeads.decoder(SampleHeads.WORDS, 2);
    private static final Pattern URL = Pattern.compile("\"request\":\\{.*?\"url\":\"([^\"]*)\"");

    @TempDir
    Path folder;

    @Test
    void aPersonFindsAWeight() throws IOException {
        Path page = folder.resolve("heads.html");
        Files.writeString(page, HeadsPage.html(WEIGHTS, HeadAnalysis.of(WEIGHTS)));
        ChromeDriver browser = Browser.open(folder);
        try {
            browser.get(page.toUri().toString());
            browser.manage().timeouts().implicitlyWait(Duration.ofSeconds(10));
            browser.findElement(By.cssSelector("html[data-ready]"));
            assertThat(browser.findElement(By.tagName("h1")).getText()).isEqualTo(WEIGHTS.title());
            assertThat(browser.findElements(By.className("tile"))).hasSize(WEIGHTS.headCount());
            assertThat(browser.findElement(By.id("key-9")).getText()).isEqualTo("</script><b>&amp;");

            WebElement tile = browser.findElement(By.cssSelector("[data-layer='1'][data-head='2']"));
            tile.click();
            assertThat(tile.getDomAttribute("aria-pressed")).isEqualTo("true");
            HeadMatrix head = WEIGHTS.head(1, 2);

            new Actions(browser)
                    .moveToElement(browser.findElement(By.id("query-6")))
                    .perform();
            requireRow(browser, head, 6);
            browser.findElement(By.id("query-7")).click();
            new Actions(browser)
                    .moveToElement(browser.findElement(By.id("query-2")))
                    .perform();
            requireRow(browser, head, 7);

            new Actions(browser).sendKeys(Keys.ESCAPE).perform();
            browser.findElement(By.id("matrix")).sendKeys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT);
            assertThat(lastNumber(browser.findElement(By.id("cell")).getText()))
                    .isCloseTo(head.weight(2, 1), within(1e-3));

            assertThat(browser.manage().logs().get("browser").getAll()).isEmpty();
            // chrome: is the browser's own first page.
            assertThat(requests(browser))
                    .anyMatch(url -> url.endsWith("heads.html"))
                    .allMatch(url -> url.matches("(file|data|blob|chrome):.*"));
        } finally {
            browser.quit();
        }
    }

    /** The numbers beside the keys are the weights of this query. */
    private static void requireRow(ChromeDriver browser, HeadMatrix head, int query) {
        for (int key = 0; key < head.keys(); key++) {
            String shown = browser.findElement(By.cssSelector("#key-" + key + " .value"))
                    .getText();
            if (key > query) {
                assertThat(shown).isEmpty();
            } else {
                assertThat(Double.parseDouble(shown)).isCloseTo(head.weight(query, key), within(1e-3));
            }
        }
    }

    private static double lastNumber(String text) {
        return Double.parseDouble(text.substring(text.lastIndexOf(' ') + 1));
    }

    /** What the browser asked for since it was started. */
    private static List<String> requests(ChromeDriver browser) {
        return browser.manage().logs().get("performance").getAll().stream()
                .map(entry -> entry.getMessage())
                .filter(message -> message.contains("\"Network.requestWillBeSent\""))
                .map(URL::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .toList();
    }
}
